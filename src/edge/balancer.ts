import { createServer, type Socket } from 'node:net';
import { plainAddress } from '../base/address.ts';
import { type Nanoseconds, type NodeName, nsPerMs } from '../base/units.ts';
import type { EventOf } from '../history/schema.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { lettingIn } from './admission.ts';
import { createDraws, type EdgeLane } from './draws.ts';
import { listening } from './listening.ts';
import { type Nobody, nobody } from './nobody.ts';
import { createPartings } from './partings.ts';
import { place } from './place.ts';
import { type Relay, type RelayOptions, socketAddressOf } from './relay.ts';
import type { Desired } from './targets.ts';
import { createZones } from './zones.ts';

export interface BalancerOptions {
  readonly preset: PlannedEdge;
  readonly timeScale: number;
  readonly seed: number;
  /** Whose connections are counted by their ports. */
  readonly lanes: readonly EdgeLane[];
  readonly bindClientAddress: boolean;
  /** Number of its first connection. */
  readonly firstConn: number;
  readonly listen: { readonly host: string; readonly port: number };
  now(): Nanoseconds;
  isHealthy(node: NodeName): boolean;
  carry(options: RelayOptions): Relay;
  emit(event: EventOf<'edge-open'> | EventOf<'edge-close'>): void;
}

export interface Balancer {
  /** New target set. Connections of nodes that left it end by the preset's drain. */
  apply(desired: Desired): void;
  /** The checks found this node unhealthy, or healthy again. */
  verdict(node: NodeName, healthy: boolean): void;
  /** Takes the address away from everybody, or gives it back. */
  addressGone(gone: boolean): void;
  /** Ends every connection: by RST, or by passing nothing any more. */
  cutAll(how: 'reset' | 'silence'): void;
  /** A trial begins: the k-th connection of each lane is chosen for by this seed from here on. */
  beginTrial(seed: number): void;
  /** Starts to accept. Throws `instrument-failed` if it cannot listen on the address. */
  listen(): Promise<{ host: string; port: number }>;
  /** Ends every connection and logs it. */
  stop(): Promise<void>;
}

/** Silence while connecting is looked at this often. Real milliseconds. */
const sweepMs = 20;

/** Accepts connections, chooses a node for each, and keeps account of them. */
export function createBalancer(options: BalancerOptions): Balancer {
  const { preset, now, emit } = options;
  let desired: Desired = { service: null, targets: [] };
  let count = options.firstConn;
  const byNode = new Map<NodeName, Set<Relay>>();
  const connecting = new Set<Relay>();
  const unassigned = new Set<Nobody>();
  /** The node of each connection, and the draw that put it there. */
  const placed = new Map<Relay, { readonly node: NodeName; readonly draw: number }>();
  let gone = false;
  let letsIn = lettingIn(preset, desired);
  const isBarred = (address: string | undefined) => address !== undefined && !letsIn(address);
  const ended: (() => void)[] = [];

  const relaysOf = (node: NodeName): Set<Relay> => {
    const present = byNode.get(node);
    if (present !== undefined) return present;
    const fresh = new Set<Relay>();
    byNode.set(node, fresh);
    return fresh;
  };
  const cut = (one: Relay, how: PlannedEdge['onRemoved']) => {
    if (how === 'reset') one.reset();
    else if (how === 'silence') one.mute();
  };
  const cutNode = (node: NodeName, how: PlannedEdge['onRemoved']) => {
    for (const one of [...relaysOf(node)]) cut(one, how);
  };
  const partings = createPartings({ preset, timeScale: options.timeScale, end: cutNode });
  const draws = createDraws(options.lanes, options.seed);
  const zones = createZones({
    crossZone: preset.crossZone ?? true,
    delayNs: ((preset.zoneDelayMs ?? 0) / options.timeScale) * nsPerMs,
    isHealthy: options.isHealthy,
    now,
  });
  const choose = (draw: number) => place(preset, zones.near(desired.targets, draw), options.isHealthy, draw);
  /** For a spread that ties connections to the set of nodes: those whose node changed reach one that does not know them. */
  const rehash = () => {
    if (preset.spread === 'each') return;
    for (const [one, { node, draw }] of [...placed]) if (choose(draw)?.name !== node) one.reset();
  };

  const accept = (client: Socket) => {
    const openedAt = now();
    const conn = count++;
    const address = socketAddressOf(client.remoteAddress, client.remotePort) ?? 'unknown';
    const draw = draws.draw(client.remotePort);
    const barred = isBarred(client.remoteAddress);
    const target = gone || barred ? undefined : choose(draw);
    const port = target?.podPort ?? desired.service?.nodePort ?? null;
    const node = target === undefined || port === null ? null : target.name;
    emit({
      type: 'edge-open',
      t: openedAt,
      conn,
      client: address,
      node,
      ...(barred ? { barred } : {}),
    });
    if (target === undefined || port === null) {
      const alone: Nobody = nobody({
        client,
        noTarget: barred && preset.sourceRanges !== 'ignored' ? preset.sourceRanges : preset.noTarget,
        openedAt,
        now,
        onClosed(end) {
          unassigned.delete(alone);
          emit({ type: 'edge-close', t: now(), conn, client: address, node: null, ...end });
          if (ended.length > 0) whenEmpty();
        },
      });
      unassigned.add(alone);
      return alone.begin();
    }
    const own: Relay = options.carry({
      client,
      upstream: {
        host: target.address,
        port: port + target.portOffset,
        localAddress:
          options.bindClientAddress && client.remoteAddress !== undefined
            ? plainAddress(client.remoteAddress)
            : null,
        hello: target.hello ? draw : null,
      },
      mode: preset.mode,
      connectTimeoutMs: preset.upstreamConnectTimeoutMs / options.timeScale,
      openedAt,
      now,
      onSettled: () => connecting.delete(own),
      onClosed(end) {
        relaysOf(target.name).delete(own);
        placed.delete(own);
        emit({ type: 'edge-close', t: now(), conn, client: address, node, ...end });
        if (ended.length > 0) whenEmpty();
      },
    });
    relaysOf(target.name).add(own);
    placed.set(own, { node: target.name, draw });
    connecting.add(own);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, accept);
  const whenEmpty = () => {
    if (unassigned.size > 0) return;
    for (const relays of byNode.values()) if (relays.size > 0) return;
    for (const resolve of ended.splice(0)) resolve();
  };
  const sweep = setInterval(() => {
    const at = now();
    for (const one of [...connecting]) one.expire(at);
  }, sweepMs);

  return {
    apply(next) {
      const names = new Set(next.targets.map((target) => target.name));
      for (const { name } of desired.targets) if (!names.has(name)) partings.removed(name, desired.service);
      for (const name of names) if (options.isHealthy(name)) partings.cancel(name);
      desired = next;
      letsIn = lettingIn(preset, desired);
      zones.look(desired.targets);
      rehash();
    },
    verdict(node, healthy) {
      if (healthy) partings.cancel(node);
      else partings.ejected(node, desired.service);
      zones.look(desired.targets);
      rehash();
    },
    addressGone(now) {
      gone = now;
    },
    cutAll(how) {
      for (const one of [...placed.keys()]) cut(one, how);
    },
    beginTrial: draws.begin,
    listen() {
      return listening(server, options.listen);
    },
    async stop() {
      clearInterval(sweep);
      partings.stop();
      server.close();
      const done = new Promise<void>((resolve) => ended.push(resolve));
      for (const relays of byNode.values()) for (const one of [...relays]) one.shutDown();
      for (const one of [...unassigned]) one.shutDown();
      whenEmpty();
      await done;
    },
  };
}
