import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { selfSigned } from '../../base/certificate.ts';
import type { Clock } from '../../base/clock.ts';
import { abortController } from '../../base/signals.ts';
import type { EventOf } from '../../history/schema.ts';
import { type Listener, listen } from '../listener.ts';
import type { AppEndpoint, IngressConfig } from './config.ts';
import { createProxy } from './proxy.ts';

interface Ingress {
  readonly host: string;
  readonly port: number;
  readonly securePort: number | undefined;
  readonly pingPort: number;
  setUpstream(endpoints: readonly AppEndpoint[]): void;
  /**
   * Ends as Traefik does (v3.7, pkg/server/server_entrypoint_tcp.go, Shutdown): serves on for
   * requestAcceptGraceTimeout while /ping says 503, then takes no more and has graceTimeOut for the rest, then cuts it.
   */
  terminate(): Promise<void>;
  /** Cuts everything now. */
  close(): Promise<void>;
}

/** Starts the model ingress and its ping; rejects if it cannot listen. */
export async function serveIngress(
  config: IngressConfig,
  clock: Clock,
  log: (event: EventOf<'ingress'>) => void,
): Promise<Ingress> {
  const proxy = createProxy(config, clock, log);
  const server = createServer({ keepAliveTimeout: idleTimeoutMs }, proxy.handle);
  const closing = abortController();
  const state: { ended: Promise<void> | undefined } = { ended: undefined };
  const ping = createServer((request, response) => {
    request.resume();
    const path = request.url?.split('?')[0];
    response.statusCode = path !== '/ping' ? 404 : state.ended === undefined ? 200 : 503;
    response.end(pingTexts[response.statusCode]);
  });
  const { host, backlog } = config;
  const listeners: Listener[] = [];
  const opened = async (one: Promise<Listener>) => {
    listeners.push(await one);
    return one;
  };
  const all = (end: (one: Listener) => Promise<void>) => Promise.all(listeners.map(end));
  const cut = async () => {
    await all((one) => one.close());
    proxy.close();
  };
  const openAll = async () => {
    const web = await opened(listen(server, { host, port: config.port, backlog }));
    const secure =
      config.securePort === undefined
        ? undefined
        : await opened(
            listen(secureServer(config, proxy.handle), { host, port: config.securePort, backlog }),
          );
    const pings = await opened(listen(ping, { host: config.pingHost, port: config.pingPort, backlog }));
    return { port: web.port, securePort: secure?.port, pingPort: pings.port };
  };
  const at = await openAll().catch(async (error: unknown) => {
    await cut();
    throw error;
  });
  const shutDown = async () => {
    await pause(clock, config.requestAcceptGraceTimeoutMs, closing.signal);
    const drained = all((one) => one.drain()).then(() => true);
    const limit = pause(clock, config.graceTimeOutMs, closing.signal).then(() => false);
    await Promise.race([drained, limit]);
    closing.abort();
    await cut();
  };
  return {
    host,
    ...at,
    setUpstream: proxy.setUpstream,
    terminate() {
      state.ended ??= shutDown();
      return state.ended;
    },
    close() {
      closing.abort();
      return cut();
    },
  };
}

/** Of HTTP/1.1, as our load speaks it: Traefik would take HTTP/2 as well. */
const secureServer = ({ hostname }: IngressConfig, handle: RequestListener) =>
  createSecureServer(
    { ...selfSigned(hostname), ALPNProtocols: ['http/1.1'], keepAliveTimeout: idleTimeoutMs },
    handle,
  );

/** respondingTimeouts.idleTimeout of Traefik 3.7: 180 s. */
const idleTimeoutMs = 180_000;
const pingTexts: Record<number, string> = {
  200: 'OK',
  404: '404 page not found\n',
  503: 'Service Unavailable',
};

/** Real time passes, or the signal comes. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return clock.sleep(ms, signal).catch(() => {});
}
