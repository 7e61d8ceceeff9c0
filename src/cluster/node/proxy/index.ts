import type { Socket } from 'node:net';
import type { WallClock } from '../../../base/clock.ts';
import { pick, type Random, seedOf } from '../../../base/random.ts';
import { timersOf } from '../../../base/timers.ts';
import { type Nanoseconds, nsPerMs } from '../../../base/units.ts';
import { drawn } from '../../../edge/draws.ts';
import { readHello } from '../../../edge/hello.ts';
import { type Relay, relay } from '../../../edge/relay.ts';
import { type Affinity, affinity } from './affinity.ts';
import { healthServers } from './health.ts';
import { type NodePort, nodePort } from './port.ts';
import { localReady, type Rule, ruleOf, sourceFor } from './rule.ts';
import type { EndpointView, NodeListener, ProxiedService } from './types.ts';

interface ServiceProxyOptions {
  readonly node: string;
  readonly address: string;
  readonly bridgeAddress: string;
  readonly portOffset: number;
  /** All nodes share one address: no source can be bound. */
  readonly sharedAddress: boolean;
  readonly fillerAddress: string | null;
  readonly backlog: number;
  /** KubeProxyConfiguration's minSyncPeriod, real milliseconds. */
  readonly minSyncMs: number;
  /** Of the node; null: it has none. */
  readonly zone?: string | null;
  /** Real time is shorter by this: the time-out of an affinity stands in the Service. */
  readonly timeScale?: number;
  readonly acceptorBundle: string;
  readonly token: string;
  readonly random: Random;
  emitListeners(listeners: readonly NodeListener[]): void;
  failed(reason: string): void;
  readonly clock: WallClock;
}

/** The NodePort path of kube-proxy in user space. */
export interface ServiceProxy {
  /** The newest view. It is applied no sooner than minSyncMs after the last. */
  update(services: readonly ProxiedService[], endpoints: ReadonlyMap<string, readonly EndpointView[]>): void;
  /** Resolves when the newest view is applied. */
  synced(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * kube-proxy's client gets its SYN-ACK from the pod; a process cannot hold one back. So the edge, which says hello first
 * (edge/hello.ts), gets its answer once the pod has answered: from a dead pod none, from one that refuses an RST. To
 * anybody else a dead pod shows as silence after the handshake. If the node itself is silent there is no handshake.
 */
export function serviceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { node, address, portOffset, minSyncMs, random, clock, failed } = options;
  const { now, wall } = clock;
  const timers = timersOf(clock);
  const ports = new Map<number, NodePort>();
  const affinities = new Map<number, { readonly seconds: number; readonly table: Affinity }>();
  const relays = new Set<Relay>();
  const connecting = new Set<Relay>();
  const waiting = new Set<Socket>();
  let view: { services: readonly ProxiedService[]; endpoints: ReadonlyMap<string, readonly EndpointView[]> } =
    {
      services: [],
      endpoints: new Map(),
    };
  let lastSyncAt: Nanoseconds | null = null;
  let lastSync = wall();
  let stopTimer: (() => void) | null = null;
  let last = Promise.resolve();
  const pending = new Set<() => void>();

  const health = healthServers({
    host: address,
    portOffset,
    backlog: options.backlog,
    lastSync: () => lastSync,
    now: wall,
    failed,
  });
  const announce = () =>
    options.emitListeners([
      ...[...ports.values()].flatMap(({ listener }) => (listener === null ? [] : [listener])),
      ...health.listeners,
    ]);
  const take = (client: Socket, rule: Rule, sticky: () => Affinity | null) => {
    waiting.add(client);
    client.once('close', () => waiting.delete(client));
    readHello(client, (draw) => {
      waiting.delete(client);
      carry(client, rule, draw, sticky());
    });
  };
  const carry = (client: Socket, rule: Rule, draw: number | null, sticky: Affinity | null) => {
    const among = rule.kind === 'serve' ? rule.endpoints : [];
    const choose = () => (draw === null ? pick(random, among) : drawn(seedOf(draw, 'pod'), among, nameOf));
    const endpoint = sticky === null ? choose() : sticky.of(client.remoteAddress, among, choose);
    // The rule changed between the handshake and here; kube-proxy would not have answered the SYN.
    if (rule.kind !== 'serve' || endpoint === undefined) return void client.resetAndDestroy();
    client.setNoDelay(true);
    const made = relay({
      client,
      upstream: {
        host: endpoint.address,
        port: endpoint.port,
        localAddress: options.sharedAddress
          ? null
          : sourceFor(rule.policy, endpoint, options, client.remoteAddress),
        hello: null,
      },
      greeted: draw !== null,
      mode: 'passthrough',
      connectTimeoutMs: 0,
      openedAt: now(),
      now,
      onSettled: () => connecting.delete(made),
      onClosed: () => relays.delete(made),
    });
    relays.add(made);
    connecting.add(made);
    client.resume(); // it came paused
  };
  /** The table of a node port lives as long as its Service asks for one with that time-out. */
  const bind = (port: number, { affinitySeconds }: ProxiedService) => {
    if (affinitySeconds === affinities.get(port)?.seconds) return;
    affinities.delete(port);
    if (affinitySeconds === undefined) return;
    const timeoutMs = (affinitySeconds * 1000) / (options.timeScale ?? 1);
    affinities.set(port, { seconds: affinitySeconds, table: affinity(timeoutMs, now) });
  };
  const sync = async () => {
    const wanted = new Map<number, { rule: Rule; service: ProxiedService }>();
    for (const service of view.services) {
      const endpoints = view.endpoints.get(`${service.namespace}/${service.name}`) ?? [];
      for (const { nodePort } of service.nodePorts) {
        wanted.set(nodePort, { rule: ruleOf(service, endpoints, node, options.zone), service });
        bind(nodePort, service);
      }
    }
    for (const [number, port] of ports) {
      if (wanted.has(number)) continue;
      ports.delete(number);
      port.end();
    }
    const counted = view.services.map((service) => ({
      service,
      localEndpoints: localReady(view.endpoints.get(`${service.namespace}/${service.name}`) ?? [], node),
    }));
    // kube-proxy pkg/proxy/iptables/proxier.go, syncProxyRules: first the rules, then the health checks of Services. A
    // balancer must not find a node healthy whose port is not served yet.
    await Promise.all([...wanted].map(([number, { rule, service }]) => portOf(number, service).apply(rule)));
    await health.sync(counted);
    announce();
  };
  const portOf = (number: number, service: ProxiedService): NodePort => {
    const found = ports.get(number);
    if (found !== undefined) return found;
    const made = nodePort({
      host: address,
      port: number + portOffset,
      what: `NodePort of ${service.namespace}/${service.name}`,
      bundle: options.acceptorBundle,
      token: options.token,
      fillerAddress: options.fillerAddress,
      backlog: options.backlog,
      onConnection: (client, rule) => take(client, rule, () => affinities.get(number)?.table ?? null),
      changed: announce,
      failed,
    });
    ports.set(number, made);
    return made;
  };
  const begin = () => {
    stopTimer = null;
    lastSyncAt = now();
    const waiting = [...pending];
    pending.clear();
    last = last.then(sync).then(
      () => {
        lastSync = wall();
        for (const done of waiting) done();
      },
      (error: unknown) => failed(String(error)),
    );
  };
  const stopSweep = timers.every(50, () => {
    const at = now();
    for (const each of connecting) each.expire(at);
  });

  return {
    update(services, endpoints) {
      view = { services, endpoints };
      if (stopTimer !== null) return;
      // BoundedFrequencyRunner: the first at once, further ones with minSyncPeriod between them.
      const since = lastSyncAt === null ? Number.POSITIVE_INFINITY : (now() - lastSyncAt) / nsPerMs;
      stopTimer = timers.after(Math.max(0, minSyncMs - since), begin);
    },
    synced: () => (stopTimer === null ? last : new Promise((resolve) => pending.add(resolve))),
    async stop() {
      stopTimer?.();
      stopSweep();
      for (const port of ports.values()) port.end();
      for (const each of waiting) each.destroy();
      for (const each of relays) each.shutDown();
      health.end();
    },
  };
}

/** Without the network, which is another one in each run: so a pod in the same place has the same luck. */
const nameOf = ({ node, address }: EndpointView) => `${node} ${address.split('.').at(-1)}`;
