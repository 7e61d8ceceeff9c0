import { type Nanoseconds, nsPerMs } from '../base/units.ts';
import type { Plan } from '../plan/schema.ts';
import { type Blame, pathOf } from './attribution.ts';
import type { Disturbance } from './disturbances.ts';
import { shareOn } from './placement.ts';
import type { RequestRecord } from './records.ts';

export interface Prediction {
  readonly atInjection: { inFlight: number; throughTarget: number };
  readonly predicted: { lost: number; expectedShare: number };
  /** The streams that the prediction is about: those in flight, and of them those through the target. */
  readonly inFlight: readonly RequestRecord[];
  readonly through: ReadonlySet<RequestRecord>;
  /** Streams in flight whose connection the edge's log does not show: they may have been anywhere. */
  readonly unproven: number;
}

/** What the recorded paths say will be lost, and what topology and policy alone would have said. */
export function predict(blame: Blame, fault: Disturbance, plan: Plan): Prediction {
  const inFlight = blame.trial.streams.filter((stream) => isInFlight(stream, fault.at));
  const through = new Set(inFlight.filter((stream) => usesTarget(stream, blame, fault)));
  return {
    inFlight,
    through,
    atInjection: { inFlight: inFlight.length, throughTarget: through.size },
    predicted: { lost: through.size, expectedShare: expectedShare(blame, fault, plan) },
    unproven: inFlight.filter(({ connection }) => connection === null).length,
  };
}

/**
 * Whether of the streams in flight exactly those through the target were lost. In real time the fault takes a moment to
 * take hold: there one that was completed within a chunk of it proves nothing.
 */
export function cameTrue(
  { inFlight, through }: Prediction,
  { at }: Disturbance,
  lostByIt: ReadonlySet<RequestRecord>,
  { provider, load }: Plan,
): boolean {
  const chunkMs = Math.max(0, ...load.map((one) => (one.kind === 'streams' ? one.chunkIntervalMs : 0)));
  const tooClose = ({ outcome, endedAt }: RequestRecord) =>
    provider !== 'embedded' && outcome === 'completed' && endedAt - at <= chunkMs * nsPerMs;
  return inFlight.every((stream) => tooClose(stream) || through.has(stream) === lostByIt.has(stream));
}

/** Past its first chunk, and not ended. */
export function isInFlight({ firstChunkAt, endedAt }: RequestRecord, at: Nanoseconds): boolean {
  return firstChunkAt !== null && firstChunkAt <= at && endedAt > at;
}

/** Whether the fault hits what this stream depends on. A drain moves pods away and leaves the node's forwarding alone. */
function usesTarget(stream: RequestRecord, blame: Blame, fault: Disturbance): boolean {
  const { transit, ingress, endpoint } = pathOf(stream, blame);
  if (fault.podKilled === 'ingress') return ingress === fault.node;
  if (fault.podKilled === 'app') return endpoint === fault.node;
  if (fault.name === 'drain') return ingress === fault.node || endpoint === fault.node;
  return [transit, ingress, endpoint].includes(fault.node);
}

/**
 * The balancer spreads connections evenly over green nodes; under Cluster kube-proxy spreads evenly over ingress pods,
 * under Local the transit node's own serve; the ingress spreads evenly over app pods. Lost is what has the target in any
 * of these places: 1 - (1-transit)(1-ingress)(1-app).
 */
function expectedShare({ placement, flip, finalPolicy, run }: Blame, fault: Disturbance, plan: Plan): number {
  const { node } = fault;
  if (node === null) return 0;
  // Streams of a cohort began before the flip, under the policy before it.
  const renewed = plan.load.some((load) => load.kind === 'streams' && load.renew);
  const policy = flip === null || renewed ? finalPolicy : initialOf(flip.name, finalPolicy);
  const nodes = (run.topology?.nodes ?? []).map(({ name }) => name);
  const green = policy === 'Local' ? [...placement.ingress.keys()] : nodes;
  const transit = green.includes(node) ? 1 / green.length : 0;
  const ingress = policy === 'Local' ? transit : shareOn(placement.ingress, node);
  const app = shareOn(placement.app, node);
  const share = shareOf(fault, { transit, ingress, app }, policy);
  return Math.round(share * 1e6) / 1e6;
}

function shareOf(
  fault: Disturbance,
  { transit, ingress, app }: { transit: number; ingress: number; app: number },
  policy: 'Cluster' | 'Local',
): number {
  if (fault.podKilled === 'ingress') return ingress;
  if (fault.podKilled === 'app') return app;
  const carried = fault.name === 'drain' ? 0 : transit;
  // Under Local transit and ingress are one and the same.
  const front = policy === 'Local' ? Math.max(carried, ingress) : 1 - (1 - carried) * (1 - ingress);
  return 1 - (1 - front) * (1 - app);
}

const initialOf = (flip: string, final: 'Cluster' | 'Local'): 'Cluster' | 'Local' =>
  flip.startsWith('Cluster->') ? 'Cluster' : flip.startsWith('Local->') ? 'Local' : final;
