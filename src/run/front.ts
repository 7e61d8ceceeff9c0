import { seedOf } from '../base/random.ts';
import { timersOf } from '../base/timers.ts';
import { edgeProtocol } from '../edge/protocol.ts';
import type { Limit } from '../history/codes.ts';
import type { LoadTarget } from '../load/config.ts';
import { portBlocks } from '../plan/ports.ts';
import type { EdgeFront, Front, HostPort, Workload } from '../providers/provider.ts';
import { launchInstrument, sync } from './instruments.ts';
import type { Run } from './run.ts';
import { type SecondFront, secondFront, shownFront } from './second-front.ts';

/** The front of a run, ready to be loaded. */
export interface OpenFront {
  /** What load connects to. */
  readonly target: LoadTarget;
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
  const target = front.kind === 'url' ? front.target : through(await front.dial(), workload);
  return {
    target,
    beginTrial: () => {},
    sync: async () => true,
    second: null,
    ended: false,
    close: async () => {},
  };
}

async function openEdge(run: Parts, front: EdgeFront, workload: Workload): Promise<OpenFront> {
  const shown = shownFront(run);
  const edge = await launchEdge({ ...run, record: shown.first.record }, front, workload.service);
  const dial = front.dial();
  let ended = false;
  void edge.exited.then(() => {
    ended = true;
  });
  return {
    target: through(dial.port === 0 ? { host: dial.host, port: edge.ready.port } : dial, workload),
    beginTrial: (seed) => edge.send({ type: 'trial', seed }),
    sync: (id, limitMs) => sync(edge, id, limitMs, timersOf(run.clock)),
    second: secondFront(shown, workload.service.namespace, (service) =>
      launchEdge({ ...run, record: shown.second.record }, front, service, 'second'),
    ),
    get ended() {
      return ended;
    },
    close: () => edge.stop(),
  };
}

const through = ({ host, port }: HostPort, { hostname }: Workload): LoadTarget => ({
  host,
  port,
  tls: false,
  hostname,
  path: '/',
  headers: {},
  insecure: false,
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
