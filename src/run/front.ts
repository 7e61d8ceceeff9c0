import { messageOf } from '../base/errors.ts';
import { seedOf } from '../base/random.ts';
import { timersOf } from '../base/timers.ts';
import { edgeProtocol } from '../edge/protocol.ts';
import type { Limit, NoteCode } from '../history/codes.ts';
import type { LoadTarget } from '../load/config.ts';
import { portBlocks } from '../plan/ports.ts';
import type { BalancerSight } from '../policies/index.ts';
import type { EdgeFront, Front, HostPort, Workload } from '../providers/provider.ts';
import { followService } from './flip/follow.ts';
import { inferredSight } from './flip/sight.ts';
import { launchInstrument, sync } from './instruments.ts';
import type { Run } from './run.ts';
import { type SecondFront, secondFront, shownFront } from './second-front.ts';

/** The front of a run, ready to be loaded. */
export interface OpenFront {
  /** What load connects to. */
  readonly target: LoadTarget;
  /** The same for probes. */
  readonly probeTarget: LoadTarget;
  /** What a balancer that is not ours must have done by now. Null: ours reports it itself, or nobody does. */
  readonly sight: BalancerSight | null;
  /** A trial begins: the edge's choices begin anew by its seed. */
  beginTrial(seed: number): void;
  /** Resolves once all of its log up to now is in the history; false if that took longer than `limitMs`. */
  sync(id: string, limitMs: number): Promise<boolean>;
  /** A second balancer beside ours, for a switchover that moves clients to it. Null: the front is not ours. */
  readonly second: SecondFront | null;
  /** It was ours, and it is gone. */
  readonly ended: boolean;
  close(): Promise<void>;
}

type Parts = Pick<Run, 'provider' | 'record' | 'progress' | 'clock' | 'plan'>;

/** Starts our edge, or finds the address of the balancer that is there. */
export async function openFront(run: Parts, workload: Workload): Promise<OpenFront> {
  const { front } = run.provider;
  if (front.kind === 'edge') return openEdge(run, front, workload);
  const target = front.kind === 'url' ? front.target : through(await front.dial(), workload, run.plan);
  const { probePath = target.path } = front.kind === 'url' ? front : {};
  const followed = run.plan.ownCluster === undefined ? null : await followBalancer(run, workload);
  return {
    target,
    probeTarget: { ...target, path: probePath },
    sight: followed?.sight ?? null,
    beginTrial: () => {},
    sync: async () => true,
    second: null,
    ended: false,
    close: async () => followed?.stop(),
  };
}

/** What the balancer of somebody's own cluster has done, by its published times and by what nodes answer us. */
async function followBalancer({ provider, plan, clock, record }: Parts, { service }: Workload) {
  const sight = inferredSight(plan.edge, clock.now);
  const note = (code: NoteCode, text: string) =>
    record({ type: 'note', t: clock.now(), level: code === 'watch-lost' ? 'warning' : 'info', code, text });
  const followed = followService(provider.cluster.kubeConfig(), service, sight, (error) =>
    note('watch-lost', `following the Service: ${messageOf(error)}`),
  );
  await followed.ready;
  const { of, answering } = followed.asked();
  note(
    'step',
    `${answering} of ${of} nodes answer what the balancer asks them; of the others it is inferred from the API`,
  );
  return { sight, stop: followed.stop };
}

async function openEdge(run: Parts, front: EdgeFront, workload: Workload): Promise<OpenFront> {
  const shown = shownFront(run);
  const edge = await launchEdge({ ...run, record: shown.first.record }, front, workload.service);
  const dial = front.dial();
  let ended = false;
  void edge.exited.then(() => {
    ended = true;
  });
  const target = through(
    dial.port === 0 ? { host: dial.host, port: edge.ready.port } : dial,
    workload,
    run.plan,
  );
  return {
    target,
    probeTarget: target,
    sight: null,
    beginTrial: (seed) => edge.send({ type: 'trial', seed }),
    sync: (id, limitMs) => sync(edge, id, limitMs, timersOf(run.clock)),
    second: secondFront(
      shown,
      workload.service.namespace,
      (service) => launchEdge({ ...run, record: shown.second.record }, front, service, 'second'),
      run.clock,
    ),
    get ended() {
      return ended;
    },
    close: () => edge.stop(),
  };
}

const through = (
  { host, port }: HostPort,
  { hostname }: Workload,
  { ingress: { tls = false } }: Parts['plan'],
): LoadTarget => ({
  host,
  port,
  tls,
  hostname,
  path: '/',
  headers: {},
  // Whose certificate it is, is no matter here.
  insecure: tls,
});

/** Connections of a second edge are counted from here. */
const secondConn = 1_000_000_000;

function launchEdge(
  run: Parts,
  front: EdgeFront,
  service: Workload['service'],
  which: 'first' | 'second' = 'first',
) {
  const { provider, plan } = run;
  const config = {
    role: 'edge' as const,
    preset: plan.edge,
    timeScale: plan.timeScale,
    seed: seedOf(plan.seed, 'edge'),
    lanes: portBlocks(plan.load).map(({ load, lane, first, count }) => ({
      name: `${load} ${lane ?? 'streams'}`,
      first,
      count,
    })),
    // A second one has an address of its own: another port.
    listen: which === 'first' ? { ...front.listen() } : { host: front.listen().host, port: 0 },
    ...(which === 'first' ? {} : { firstConn: secondConn }),
    kubeconfig: provider.host.kubeConfig(),
    service: { ...service },
    excludeNodes: [...front.excludeNodes()],
    bindClientAddress: front.keepsClientAddress,
    checkFrom: front.checkFrom(),
  };
  return launchInstrument(run, edgeProtocol, config, which === 'first' ? 'edge' : 'second edge');
}

/** What cannot be seen through a front that is not ours. */
export function frontLimits(front: Front): Limit[] {
  if (front.kind === 'edge') return [];
  const text = 'the load balancer is not ours: it keeps no log of connections, so no loss has a path';
  return [{ code: 'no-edge-log', text }];
}
