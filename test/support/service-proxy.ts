import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import { systemClock, type WallClock } from '../../src/base/clock.ts';
import { roleBundle } from '../../src/base/package.ts';
import { seededRandom } from '../../src/base/random.ts';
import { socketHolder } from '../../src/cluster/node/proxy/holder.ts';
import { type ServiceProxy, serviceProxy } from '../../src/cluster/node/proxy/index.ts';
import type { EndpointView, NodeListener, ProxiedService } from '../../src/cluster/node/proxy/types.ts';
import { freePort, knock, ownAddress, settled } from './node-port.ts';
import './bundles.ts';

export const base = ownAddress().replace(/\.2$/, '');
export const host = `${base}.2`;
export const bridge = `${base}.3`;
export const client = `${base}.7`;
const pods = { here: `${base}.20`, elsewhere: `${base}.21` };

export interface Bench {
  readonly proxy: ServiceProxy;
  readonly nodePort: number;
  readonly failures: string[];
  listeners: readonly NodeListener[];
  /** The newest view: this policy, and these endpoints. Resolves when it is applied. */
  put(
    policy: 'Cluster' | 'Local',
    endpoints: readonly EndpointView[],
    more?: Partial<ProxiedService>,
  ): Promise<void>;
  endpoint(where: 'here' | 'elsewhere', more?: Partial<EndpointView>): EndpointView;
  /** Pod and source address that served, or what else a client meets. */
  knock(limitMs?: number): Promise<string>;
}

export const testHolder = (failed: (reason: string) => void) =>
  socketHolder({ bundle: roleBundle('holder'), token: 'midflight-test', onExit: failed });

export async function withProxy(
  work: (bench: Bench) => Promise<void>,
  minSyncMs = 0,
  clock: WallClock = systemClock,
) {
  const nodePort = await freePort(host);
  const podPort = await freePort(pods.here);
  const sockets: Socket[] = [];
  const servers = Object.entries(pods).map(([name, address]) =>
    createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', () => socket.write(`${name} from ${socket.remoteAddress}`));
    }).listen({ host: address, port: podPort }),
  );
  for (const server of servers) if (!server.listening) await once(server, 'listening');
  const failures: string[] = [];
  const holder = testHolder((reason) => failures.push(reason));
  const proxy = serviceProxy({
    node: 'node-a',
    address: host,
    bridgeAddress: bridge,
    portOffset: 0,
    sharedAddress: false,
    fillerAddress: `${base}.9`,
    backlog: 16,
    minSyncMs,
    holder,
    random: seededRandom(7),
    emitListeners(listeners) {
      bench.listeners = listeners;
    },
    failed: (reason) => failures.push(reason),
    clock,
  });
  const service = (externalTrafficPolicy: 'Cluster' | 'Local'): ProxiedService => ({
    namespace: 'web',
    name: 'ingress',
    type: 'LoadBalancer',
    externalTrafficPolicy,
    nodePorts: [{ port: 80, nodePort }],
    healthCheckNodePort: externalTrafficPolicy === 'Local' ? healthPort : null,
  });
  const healthPort = nodePort === 65_535 ? nodePort - 1 : nodePort + 1;
  const bench: Bench = {
    proxy,
    nodePort,
    failures,
    listeners: [],
    async put(policy, endpoints, more = {}) {
      proxy.update([{ ...service(policy), ...more }], new Map([['web/ingress', endpoints]]));
      await proxy.synced();
    },
    endpoint: (where, more = {}) => ({
      address: pods[where],
      port: podPort,
      node: where === 'here' ? 'node-a' : 'node-b',
      ready: true,
      serving: true,
      terminating: false,
      ...more,
    }),
    knock: (limitMs) => knock({ host, port: nodePort, localAddress: client }, limitMs),
  };
  try {
    await settled(work(bench));
    assert.equal(failures, []);
  } finally {
    await proxy.stop();
    holder.end();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  }
}
