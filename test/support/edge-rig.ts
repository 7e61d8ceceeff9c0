import { createServer, type Server, type Socket } from 'node:net';
import { type ChildHandle, launchChild } from '../../src/base/child.ts';
import { roleBundle } from '../../src/base/package.ts';
import type { EdgeConfig } from '../../src/edge/config.ts';
import { type EdgeCommand, type EdgeReport, edgeProtocol } from '../../src/edge/protocol.ts';
import type { EventOf, HistoryEvent } from '../../src/history/schema.ts';
import { historyEvent } from '../../src/history/schema.ts';
import type { PlannedEdge } from '../../src/plan/schema.ts';
import { resolveEdge } from '../../src/presets/index.ts';
import { type FakeKubeApi, fakeKubeApi } from './fake-kube-api.ts';
import { freePort } from './node-port.ts';
import './bundles.ts';

/*
 * The edge as its own process, in front of nodes that a test makes: each node is an address of 127.0.0.0/8 with whatever
 * the test listens with on the node port, and a health answer that the test sets.
 */

const nodesPath = '/api/v1/nodes';
export const servicesPath = '/api/v1/namespaces/web/services';

interface RigNode {
  readonly name: string;
  readonly address: string;
  /** What its health server says: a status, or no answer. */
  health: number | 'silent';
  /** Checks seen, by path and source address. */
  readonly checks: { path: string; from: string }[];
}

export interface Rig {
  readonly api: FakeKubeApi;
  readonly edge: ChildHandle<EdgeCommand, EdgeReport>;
  readonly host: string;
  readonly port: number;
  readonly nodePort: number;
  readonly nodes: readonly RigNode[];
  /** Everything the edge told, in order; checked against the history's schema. */
  readonly events: HistoryEvent[];
  /** Resolves with the first event that fits, past or to come. Rejects after 10 s. */
  event<T extends HistoryEvent['type']>(type: T, fits?: (event: EventOf<T>) => boolean): Promise<EventOf<T>>;
  /** Listens on a node's port. */
  serve(node: string, onConnection: (socket: Socket) => void): Promise<Server>;
  putNode(name: string, more?: { labels?: Record<string, string>; taints?: { key: string }[] }): void;
  /** `port`: where the nodes are dialled, in place of nodePort. */
  putService(policy: 'Cluster' | 'Local', port?: number): void;
  sync(): Promise<void>;
  stop(): Promise<void>;
}

interface RigOptions {
  readonly nodes: number;
  readonly preset?: PlannedEdge;
  readonly timeScale?: number;
  readonly bindClientAddress?: boolean;
  /** Wait until the edge found all nodes healthy (the default). */
  readonly healthy?: boolean;
  readonly excludeNodes?: readonly string[];
  readonly connectionsPerProcess?: number;
  readonly lanes?: EdgeConfig['lanes'];
}

/** A balancer whose checks ask one port, quickly. */
export function quickPreset(healthPort: number, more: Partial<PlannedEdge> = {}): PlannedEdge {
  const { edge } = resolveEdge('custom');
  const check = {
    ...edge.checks.Cluster,
    port: healthPort,
    intervalMs: 100,
    timeoutMs: 500, // a busy machine answers late; checks go on every interval meanwhile
    unhealthyThreshold: 2,
    healthyThreshold: 1,
  };
  return { ...edge, checks: { Cluster: check, Local: check }, reconcileDelayMs: 50, ...more };
}

export async function edgeRig(
  options: RigOptions,
  presetOf: (healthPort: number) => PlannedEdge,
): Promise<Rig> {
  const api = await fakeKubeApi();
  const servers: Server[] = [];
  const open = new Set<Socket>();
  const subnet = `127.${100 + (process.pid % 100)}.${Math.floor(Math.random() * 250)}`;
  const nodes: RigNode[] = Array.from({ length: options.nodes }, (_, index) => ({
    name: `node-${index}`,
    address: `${subnet}.${index + 2}`,
    health: 200,
    checks: [],
  }));
  const listen = async (host: string, port: number, onConnection: (socket: Socket) => void) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => {});
      onConnection(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: 4096 }, resolve);
    });
    return server;
  };
  // A port free on one address is free on its neighbours, which nobody else uses.
  const healthPort = await freePort(`${subnet}.250`);
  const nodePort = healthPort + 1;
  for (const node of nodes) {
    await listen(node.address, healthPort, (socket) => {
      socket.on('data', (bytes) => {
        const path = bytes.toString('latin1').split(' ')[1] ?? '';
        node.checks.push({ path, from: socket.remoteAddress ?? '' });
        if (node.health === 'silent') return;
        socket.end(`HTTP/1.1 ${node.health} X\r\ncontent-length: 0\r\n\r\n`);
      });
    });
  }
  const putNode: Rig['putNode'] = (name, more = {}) => {
    const address = nodes.find((node) => node.name === name)?.address ?? '';
    api.put(nodesPath, {
      metadata: { name, labels: more.labels ?? {} },
      spec: { taints: more.taints ?? [] },
      status: { addresses: [{ type: 'InternalIP', address }] },
    });
  };
  const putService = (policy: 'Cluster' | 'Local', port = nodePort) =>
    api.put(servicesPath, {
      metadata: { name: 'ingress', namespace: 'web' },
      spec: {
        externalTrafficPolicy: policy,
        ...(policy === 'Local' ? { healthCheckNodePort: healthPort } : {}),
        ports: [{ nodePort: port }],
      },
    });
  for (const node of nodes) putNode(node.name);
  putService('Cluster');

  const events: HistoryEvent[] = [];
  const waiting = new Set<(event: HistoryEvent) => void>();
  const closeAll = async () => {
    for (const socket of open) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    await api.stop();
  };
  const launched = launchChild({
    command: process.execPath,
    args: [roleBundle('edge')],
    protocol: edgeProtocol,
    name: 'edge',
    config: {
      role: 'edge',
      preset: options.preset ?? presetOf(healthPort),
      timeScale: options.timeScale ?? 1,
      seed: 7,
      lanes: options.lanes ?? [],
      listen: { host: `${subnet}.1`, port: 0 },
      kubeconfig: api.kubeconfig,
      service: { namespace: 'web', name: 'ingress' },
      excludeNodes: [...(options.excludeNodes ?? [])],
      bindClientAddress: options.bindClientAddress ?? false,
      checkFrom: `${subnet}.1`,
      connectionsPerProcess: options.connectionsPerProcess,
    },
  });
  // What stays open would keep the test's process from its end.
  const edge = await launched.catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  const synced = new Map<unknown, () => void>();
  edge.onMessage((message) => {
    if (message.type === 'synced') return synced.get(message.id)?.();
    if (message.type === 'reached') return;
    const event = historyEvent.parse(message);
    events.push(event);
    for (const take of [...waiting]) take(event);
  });
  const isType = <T extends HistoryEvent['type']>(event: HistoryEvent, type: T): event is EventOf<T> =>
    event.type === type;
  const rig: Rig = {
    api,
    edge,
    host: edge.ready.host,
    port: edge.ready.port,
    nodePort,
    nodes,
    events,
    event: <T extends HistoryEvent['type']>(type: T, fits: (event: EventOf<T>) => boolean = () => true) =>
      new Promise<EventOf<T>>((resolve, reject) => {
        for (const event of events) if (isType(event, type) && fits(event)) return resolve(event);
        const take = (event: HistoryEvent) => {
          if (!isType(event, type) || !fits(event)) return;
          clearTimeout(timer);
          waiting.delete(take);
          resolve(event);
        };
        const timer = setTimeout(() => {
          waiting.delete(take);
          reject(new Error(`no ${type} event that fits within 10 s; the last were ${tail(events)}`));
        }, 10_000);
        waiting.add(take);
      }),
    async serve(name, onConnection) {
      const node = nodes.find((one) => one.name === name);
      return listen(node?.address ?? '', nodePort, onConnection);
    },
    putNode,
    putService,
    sync() {
      const id = String(synced.size);
      return new Promise((resolve) => {
        synced.set(id, resolve);
        edge.send({ type: 'sync', id });
      });
    },
    async stop() {
      await edge.stop();
      await closeAll();
    },
  };
  if (options.healthy ?? true) {
    for (const node of nodes) {
      if (options.excludeNodes?.includes(node.name)) continue;
      await rig
        .event('health', (event) => event.node === node.name && event.healthy)
        .catch(async (error: unknown) => {
          await rig.stop();
          throw error;
        });
    }
  }
  return rig;
}

function tail(events: readonly HistoryEvent[]): string {
  return JSON.stringify(events.slice(-5));
}
