import type { Socket } from 'node:net';
import { plainAddress } from '../../../base/address.ts';
import type { WallClock } from '../../../base/clock.ts';
import { pick, type Random, seedOf } from '../../../base/random.ts';
import { timersOf } from '../../../base/timers.ts';
import { type Nanoseconds, nsPerMs } from '../../../base/units.ts';
import { drawn } from '../../../edge/draws.ts';
import { readHello } from '../../../edge/hello.ts';
import { type Relay, relay } from '../../../edge/relay.ts';
import { type Affinity, affinity } from './affinity.ts';
import { healthServers } from './health.ts';
import type { Holder } from './holder.ts';
import { type NodePort, nodePort } from './port.ts';
import { localReady, type Rule, ruleOf, servingPort, sourceFor } from './rule.ts';
import { type PassedOn, tableLine } from './table.ts';
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
  /** The node's own; null: it has none. */
  readonly zone?: string | null;
  /** Real time is shorter by this factor: the time-out of an affinity is in the Service. */
  readonly timeScale?: number;
  /** Whether balancers may send to this node; absent: they may. */
  readonly eligible?: () => boolean;
  /** The holder of this process' listening sockets. */
  readonly holder: Holder;
  readonly random: Random;
  emitListeners(listeners: readonly NodeListener[]): void;
  failed(reason: string): void;
  readonly clock: WallClock;
}

/** The NodePort path of kube-proxy in user space. */
export interface ServiceProxy {
  /** The newest view. It is applied no sooner than minSyncMs after the last. */
  update(services: readonly ProxiedService[], endpoints: ReadonlyMap<string, readonly EndpointView[]>): void;
  /** Ports of the node that lead to a pod on it, whatever the Services (hostPort). At once: they come and go with the pod. */
  forward(hostPorts: ReadonlyMap<number, EndpointView>): void;
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
  const relays = new Map<Relay, Omit<PassedOn, 'connected'>>();
  const connecting = new Set<Relay>();
  const waiting = new Set<Socket>();
  let view: { services: readonly ProxiedService[]; endpoints: ReadonlyMap<string, readonly EndpointView[]> } =
    {
      services: [],
      endpoints: new Map(),
    };
  let hostPorts: ReadonlyMap<number, EndpointView> = new Map();
  let lastSyncAt: Nanoseconds | null = null;
  let lastSync = wall();
  let stopTimer: (() => void) | null = null;
  let last = Promise.resolve();
  const pending = new Set<() => void>();

  const health = healthServers({
    host: address,
    portOffset,
    backlog: options.backlog,
    eligible: options.eligible ?? (() => true),
    lastSync: () => lastSync,
    now: wall,
    // All nodes on one address have pods that exist on paper only: the table would name none of them.
    connections: () => (options.sharedAddress ? null : table()),
    failed,
  });
  const table = () =>
    [...relays]
      .map(([one, passed]) => tableLine(address, { ...passed, connected: !connecting.has(one) }))
      .join('');
  const announce = () =>
    options.emitListeners([
      ...[...ports.values()].flatMap(({ listener }) => (listener === null ? [] : [listener])),
      ...health.listeners,
    ]);
  const take = (client: Socket, nodePort: number, rule: Rule, sticky: () => Affinity | null) => {
    waiting.add(client);
    client.once('close', () => waiting.delete(client));
    readHello(client, (draw) => {
      waiting.delete(client);
      carry(client, nodePort, rule, draw, sticky());
    });
  };
  const carry = (
    client: Socket,
    nodePort: number,
    rule: Rule,
    draw: number | null,
    sticky: Affinity | null,
  ) => {
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
    const from = { address: plainAddress(client.remoteAddress ?? ''), port: client.remotePort ?? 0 };
    relays.set(made, { client: from, nodePort, endpoint });
    connecting.add(made);
    sweepSoon();
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
      for (const { name, nodePort } of service.nodePorts) {
        const rule = ruleOf(service, servingPort(endpoints, name), node, options.zone);
        wanted.set(nodePort, { rule, service });
        bind(nodePort, service);
      }
    }
    for (const [number, port] of ports) {
      if (wanted.has(number) || hostPorts.has(number)) continue;
      ports.delete(number);
      port.end();
    }
    const counted = view.services.map((service) => ({
      service,
      localEndpoints: localReady(view.endpoints.get(`${service.namespace}/${service.name}`) ?? [], node),
    }));
    // kube-proxy pkg/proxy/iptables/proxier.go, syncProxyRules: first the rules, then the health checks of Services. A
    // balancer must not find a node healthy whose port is not served yet.
    await Promise.all(
      [...wanted].map(([number, { rule, service }]) =>
        portOf(number, `NodePort of ${service.namespace}/${service.name}`).apply(rule),
      ),
    );
    await health.sync(counted);
    announce();
  };
  const portOf = (number: number, what: string): NodePort => {
    const found = ports.get(number);
    if (found !== undefined) return found;
    const made = nodePort({
      host: address,
      port: number + portOffset,
      what,
      holder: options.holder,
      fillerAddress: options.fillerAddress,
      backlog: options.backlog,
      onConnection: (client, rule) => take(client, number, rule, () => affinities.get(number)?.table ?? null),
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
  let stopSweep: (() => void) | null = null;
  /** Exists only while something connects: a process may have two hundred such nodes. */
  const sweepSoon = () => {
    stopSweep ??= timers.after(50, () => {
      stopSweep = null;
      const at = now();
      for (const each of connecting) each.expire(at);
      if (connecting.size > 0) sweepSoon();
    });
  };

  return {
    update(services, endpoints) {
      view = { services, endpoints };
      if (stopTimer !== null) return;
      // BoundedFrequencyRunner: the first at once, further ones with minSyncPeriod between them.
      const since = lastSyncAt === null ? Number.POSITIVE_INFINITY : (now() - lastSyncAt) / nsPerMs;
      stopTimer = timers.after(Math.max(0, minSyncMs - since), begin);
    },
    forward(next) {
      const same = (number: number, { address, port }: EndpointView) =>
        hostPorts.get(number)?.address === address && hostPorts.get(number)?.port === port;
      const changed = [...next].filter(([number, view]) => !same(number, view));
      const gone = [...hostPorts.keys()].filter((number) => !next.has(number));
      hostPorts = next;
      for (const number of gone) {
        ports.get(number)?.end();
        ports.delete(number);
      }
      for (const [number, endpoint] of changed) {
        // The address is rewritten on the way in alone (CNI plugin portmap): the pod sees the client's, as under Local.
        void portOf(number, 'hostPort').apply({ kind: 'serve', policy: 'Local', endpoints: [endpoint] });
      }
      if (gone.length > 0) announce();
    },
    synced: () => (stopTimer === null ? last : new Promise((resolve) => pending.add(resolve))),
    async stop() {
      stopTimer?.();
      stopSweep?.();
      for (const port of ports.values()) port.end();
      for (const each of waiting) each.destroy();
      for (const each of relays.keys()) each.shutDown();
      health.end();
    },
  };
}

/** The address without its network, which differs in each run: so a pod in the same place has the same luck. */
const nameOf = ({ node, address }: EndpointView) => `${node} ${address.split('.').at(-1)}`;
