import type { CoreV1Api } from '@kubernetes/client-node';
import type { Message, RoleHandle } from '../../src/base/role.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import { bareEnd } from '../../src/history/bare-end.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';
import type { Plan, PlannedTrial } from '../../src/plan/schema.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { Run } from '../../src/run/run.ts';
import { runState } from '../../src/run/state.ts';
import type { World } from './conductor-world.ts';
import { basicPlan } from './plan.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

/*
 * A run against a cluster that exists only as its events, in virtual time: two nodes with ingress and app, one with
 * neither. The edge ejects a dead node 20 s after the fault, Kubernetes marks it NotReady after 50 s.
 */

const names = ['with-0', 'with-1', 'bare'] as const;

export interface Conductor {
  readonly run: Run;
  readonly time: VirtualTime;
  readonly events: HistoryEvent[];
  /** What the load processes were told, as `slow begin`. */
  readonly told: string[];
  readonly world: World;
  readonly abort: AbortController;
  trial(policy: PlannedTrial['policy']): PlannedTrial;
  /** Called with every event as it is recorded. */
  on: (event: HistoryEvent) => void;
}

export function conductor(more: Partial<Plan> = {}): Conductor {
  const time = virtualTime();
  const plan: Plan = { ...basicPlan, ...more };
  const state = runState(undefined, time.timers);
  const events: HistoryEvent[] = [];
  const told: string[] = [];
  const abort = new AbortController();
  let policy: 'Cluster' | 'Local' = 'Cluster';
  let dead: string | null = null;
  const t = () => time.clock.now();
  const listener: Pick<Conductor, 'on'> = { on: () => {} };
  const later = (ms: number, then: () => void) => void time.timers.after(ms, then);
  const record = (event: HistoryEvent) => {
    events.push(event);
    state.observe(event);
    listener.on(event);
  };
  const world: World = {
    ejectedAfter: 20_000,
    notReadyAfter: 50_000,
    reconciledAfter: 5000,
    probe: null,
    streams: Number.POSITIVE_INFINITY,
    unwind: async () => {
      if (dead !== null) revive(dead);
      return [];
    },
    edgeFollows: true,
    readmits: true,
  };
  const health = (node: string, healthy: boolean) =>
    record({ type: 'health', t: t(), node, eligible: true, healthy, reason: '' });
  const ready = (node: string, is: 'True' | 'Unknown') => {
    record({ type: 'node', t: t(), node, change: 'modified', ready: is, reason: '', unschedulable: false });
    const endpoints = names
      .filter((name) => name !== 'bare' && (name !== node || is === 'True'))
      .map((name) => endpointOn(name));
    record({ type: 'endpoints', t: t(), service: 'web', endpoints });
  };
  const green = () => {
    for (const name of names) health(name, policy === 'Cluster' || name !== 'bare');
  };
  const follow = () => {
    record({ type: 'reconcile', t: t(), policy, healthCheckNodePort: null, nodes: [...names] });
    green();
  };
  /** The balancer sends to the pods of the nodes that have one. */
  const followPods = () => {
    const nodes = names.filter((name) => name !== 'bare');
    record({ type: 'reconcile', t: t(), policy, healthCheckNodePort: null, nodes, toPods: true });
    record({ type: 'health', t: t(), node: 'bare', eligible: false, healthy: false, reason: '' });
  };
  const kill = (node: string) => {
    dead = node;
    if (world.ejectedAfter !== null) later(world.ejectedAfter, () => health(node, false));
    later(world.notReadyAfter, () => ready(node, 'Unknown'));
  };
  /** All pods end at once. */
  const endAll = () => {
    const pod = { type: 'pod', app: 'web', change: 'modified', phase: 'Running', ready: false } as const;
    for (const node of names) {
      if (node !== 'bare')
        record({ ...pod, t: t(), pod: `on-${node}`, node, terminating: true, restarts: 0 });
    }
    record({ type: 'endpoints', t: t(), service: 'web', endpoints: [] });
  };
  /** The API shows the label at once; the edge follows later. */
  const exclude = ({ node }: { node: string }, excluded: boolean) => {
    const event = { type: 'node', node, change: 'modified', ready: 'True', reason: '' } as const;
    record({ ...event, t: t(), unschedulable: false, excluded });
    const eligible = !excluded && (policy === 'Cluster' || node !== 'bare');
    const healthy = { type: 'health', node, eligible, healthy: eligible, reason: '' } as const;
    later(world.reconciledAfter, () => record({ ...healthy, t: t() }));
  };
  const revive = (node: string) => {
    dead = null;
    ready(node, 'True');
    if (world.readmits) later(1000, green);
  };
  for (const name of names) ready(name, 'True');
  follow();
  events.length = 0;

  const changes: ChangeLog = {
    async make(kind, target, wanted) {
      if (kind.kind === 'service-policy') {
        policy = (wanted as { policy: typeof policy }).policy;
        if (world.edgeFollows) later(world.reconciledAfter, follow);
      } else if (kind.kind === 'service-annotation') later(world.reconciledAfter, followPods);
      else if (kind.kind === 'power') kill((target as { node: string }).node);
      else if (kind.kind === 'workload-scale') endAll();
      else if (kind.kind === 'node-label' || kind.kind === 'node-exclusion')
        exclude(target as { node: string }, ![null, false].includes(Object.values(wanted as object)[0]));
      return t() as never;
    },
    mark: () => 0,
    keep: () => {},
    unwind: (_mark, signal) => world.unwind(signal),
    end: (signal) => world.unwind(signal),
    open: 0,
    close: () => {},
  };
  const core = {
    readNamespacedService: async () => ({ spec: { externalTrafficPolicy: policy } }),
    listNamespacedPod: async () => ({
      items: names
        .filter((name) => name !== 'bare')
        .map((name) => ({ metadata: { name: `on-${name}` }, spec: { nodeName: name }, status: {} })),
    }),
  } as unknown as CoreV1Api;
  const provider = {
    name: 'embedded',
    cluster: { disposable: true, kubectl: false },
    effects: { power: { kind: 'power' } },
    front: { kind: 'edge', excludeNodes: () => [] },
    host: {
      clients: () => ['127.0.0.2'],
      launch: async ({ role }: { role: string }, _config: unknown, name: string) => load(role, name),
    },
  } as unknown as Provider;

  /** A load process: streams that all arrive at once, or four probes a second. */
  function load(role: string, name: string): RoleHandle {
    const listeners = new Set<(message: Message) => void>();
    const say = (message: Message) => {
      for (const listener of listeners) listener(message);
    };
    let stopProbing = () => {};
    let sent = 0;
    const probe = () => {
      sent += 1;
      const id = `${name}-${sent}`;
      const event = {
        type: 'start',
        t: t(),
        trial: 0,
        id,
        load: name,
        kind: 'probe',
        lane: 'new',
        dueAt: t(),
      } as const;
      const hit = dead !== null && state.health.get(dead)?.healthy === true && sent % 3 === 0;
      say(event);
      say(
        bareEnd({
          t: t(),
          trial: 0,
          id,
          outcome: world.probe?.() ?? (hit ? 'refused' : 'completed'),
        }) as Message,
      );
    };
    const streams = Math.min(world.streams, 10);
    const on: Record<string, () => void> = {
      begin: () => {
        if (role === 'probe') stopProbing = time.timers.every(250, probe);
        else say({ ...noProgress, started: 10, inFlight: streams, pastFirstChunk: streams });
      },
      quiesce: () => {
        stopProbing();
        later(role === 'probe' ? 0 : 5000, () => say({ type: 'idle' }));
      },
      cancel: () => {
        stopProbing();
        say({ type: 'idle' });
      },
      ping: () => say({ type: 'pong' }),
    };
    return {
      role,
      name,
      ready: {},
      send({ type }) {
        if (type !== 'ping') told.push(`${name} ${type}`);
        on[type]?.();
      },
      onMessage(handler) {
        listeners.add(handler);
        return () => listeners.delete(handler);
      },
      stop: async () => stopProbing(),
      exited: new Promise(() => {}),
    };
  }

  const target = { host: '', port: 0, tls: false, hostname: 'web', path: '/', headers: {}, insecure: false };
  const run: Run = {
    plan,
    provider,
    workload: {
      service: { namespace: 'web', name: 'web' },
      ingress: { namespace: 'web', labelSelector: '' },
      app: { namespace: 'web', labelSelector: '', service: 'app' },
      hostname: 'web',
    },
    topology: names.map((name) => ({
      name,
      pool: 'p',
      address: '',
      preemptible: false,
      labels: {},
      controlPlane: false,
    })),
    core,
    changes,
    state,
    ...{ second: null, loadHosts: { hostOf: () => provider.host }, isLast: () => false },
    clock: time.clock,
    signal: abort.signal,
    record,
    progress: (name, message) => state.message(name, message),
    placement: {
      ingress: new Map([
        ['with-0', 1],
        ['with-1', 1],
      ]),
      app: new Map([
        ['with-0', 1],
        ['with-1', 1],
      ]),
    },
    ...{ target, probeTarget: target, sight: null },
  };
  return Object.assign(listener, {
    run,
    time,
    events,
    told,
    world,
    abort,
    trial: (name: PlannedTrial['policy']) => ({ index: 0, policy: name, repeat: 0, seed: 1 }),
  });
}

/** What a load reports before it has begun anything. */
export const noProgress = {
  type: 'progress',
  t: 0,
  load: 'slow',
  started: 0,
  inFlight: 0,
  pastFirstChunk: 0,
  placesBegun: 0,
  completed: 0,
  lost: 0,
  cancelled: 0,
} as const;

const endpointOn = (node: string) => ({
  address: '10.0.0.1',
  node,
  pod: `web-${node}`,
  ready: true,
  serving: true,
  terminating: false,
});
