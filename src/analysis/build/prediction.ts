import type { Nanoseconds } from '../../base/units.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import { lifeMs, ownEndMs } from '../../plan/pods.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { RequestRecord } from '../records.ts';
import type { ClusterTime } from '../time.ts';
import { type Blame, firstNoticeOrFaultAt, requestPath, strikesOf, takesPlace } from './attribution.ts';
import type { Disturbance } from './disturbances.ts';
import { shareThrough } from './expected-share.ts';
import { chunkIntervalMs } from './losses.ts';

export interface Prediction {
  readonly atInjection: { inFlight: number; throughTarget: number };
  readonly predicted: { lost: number; expectedShare: number };
  /** Streams in flight at the injection. */
  readonly inFlight: readonly RequestRecord[];
  /** Of those, the ones that the fault takes and that cannot finish before. */
  readonly doomed: ReadonlySet<RequestRecord>;
  /** Of those in flight, the ones that end too close to their time limit to be predicted either way. */
  readonly close: ReadonlySet<RequestRecord>;
  /** Streams in flight whose connection the edge's log does not show: they may have been anywhere. */
  readonly unproven: number;
}

/** What the recorded paths say will be lost, and what topology and policy alone would have said. */
export function predict(blame: Blame, fault: Disturbance, plan: AnyPlan, time: ClusterTime): Prediction {
  const at = firstNoticeOrFaultAt(blame) ?? fault.at;
  const inFlight = blame.trial.streams.filter((stream) => isInFlight(stream, at));
  const takes = taking(blame, at, plan, time);
  const chunk = time.ns(2 * chunkIntervalMs(plan));
  const through: RequestRecord[] = [];
  const doomed = new Set<RequestRecord>();
  const close = new Set<RequestRecord>();
  for (const stream of inFlight) {
    const graceMs = takes(stream);
    if (graceMs === null) continue;
    through.push(stream);
    if (graceMs === Number.POSITIVE_INFINITY) continue;
    const left = plannedEnd(stream, plan, time) - (at + time.ns(graceMs));
    if (left > 0 || graceMs === 0) doomed.add(stream);
    if (graceMs > 0 && Math.abs(left) <= chunk) close.add(stream);
  }
  const policy = cohortPolicy(blame, plan);
  return {
    inFlight,
    doomed,
    close,
    atInjection: { inFlight: inFlight.length, throughTarget: through.length },
    predicted: { lost: doomed.size, expectedShare: shareThrough(blame, strikesOf(blame), policy) },
    unproven: inFlight.filter(({ connection }) => connection === null).length,
  };
}

/**
 * Whether of the streams in flight exactly the predicted ones were lost. In real time the fault takes a moment to take
 * hold: there a stream that was completed within a chunk of it proves nothing.
 */
export function cameTrue(
  { inFlight, doomed, close }: Prediction,
  { at }: Disturbance,
  lostByIt: ReadonlySet<RequestRecord>,
  plan: AnyPlan,
  time: ClusterTime,
): boolean {
  const tooClose = ({ outcome, endedAt }: RequestRecord) =>
    plan.provider !== 'embedded' && outcome === 'completed' && endedAt - at <= time.ns(chunkIntervalMs(plan));
  return inFlight.every(
    (stream) => tooClose(stream) || close.has(stream) || doomed.has(stream) === lostByIt.has(stream),
  );
}

/** Past its first chunk, and not ended. */
function isInFlight({ firstChunkAt, endedAt }: RequestRecord, at: Nanoseconds): boolean {
  return firstChunkAt !== null && firstChunkAt <= at && endedAt > at;
}

function plannedEnd({ load, startedAt }: RequestRecord, plan: AnyPlan, time: ClusterTime): Nanoseconds {
  const item = plan.load.find(({ name }) => name === load);
  return item?.kind === 'streams' ? startedAt + time.ns(item.durationMs) : Number.POSITIVE_INFINITY;
}

/**
 * For a stream, the cluster milliseconds that the fault leaves it from its first moment on; infinite if it lets it finish;
 * null if the stream does not depend on what the fault takes.
 */
function taking(
  blame: Blame,
  at: Nanoseconds,
  plan: AnyPlan,
  time: ClusterTime,
): (stream: RequestRecord) => number | null {
  const strikes = strikesOf(blame);
  // A node's notice says when its pods and its power go: the power cut behind it adds nothing.
  const first = strikes.filter(
    (one, index) =>
      !strikes.slice(0, index).some((other) => other.kind === 'notice' && other.node === one.node),
  );
  const takers = first.map((strike) => ({
    after: time.ms(strike.at - at),
    takes: strike.podKilled === null ? byNodes(blame, strike, plan) : byPods(blame, strike, plan),
  }));
  return (stream) => {
    const graces = takers.flatMap(({ after, takes }) => {
      const grace = takes(stream);
      return grace === null ? [] : [after + grace];
    });
    return graces.length === 0 ? null : Math.min(...graces);
  };
}

type Takes = (stream: RequestRecord) => number | null;

function byPods(blame: Blame, strike: Disturbance, plan: AnyPlan): Takes {
  const pods = strike.pods ?? killedPod(blame, strike);
  const limits = gracesOf(strike, plan);
  return (stream) => {
    const path = requestPath(stream, blame);
    const [at, pod, grace] =
      strike.podKilled === 'ingress'
        ? [path.ingress, stream.ingressPod, limits.ingress]
        : [path.endpoint, stream.endpointPod, limits.app];
    if (at === null || !strike.nodes.includes(at)) return null;
    return pods === null || pod === null || pods.includes(pod) ? grace : null;
  };
}

function byNodes(blame: Blame, strike: Disturbance, plan: AnyPlan): Takes {
  const limits = gracesOf(strike, plan);
  const hit = (node: string | null) => node !== null && strike.nodes.includes(node);
  return (stream) => {
    const { transit, ingress, endpoint } = requestPath(stream, blame);
    const graces = [
      ...(hit(ingress) && takesPlace(strike, 'ingress') ? [limits.ingress] : []),
      ...(hit(endpoint) && takesPlace(strike, 'endpoint') ? [limits.app] : []),
      ...(hit(transit) && takesPlace(strike, 'transit') ? [limits.transit] : []),
    ];
    return graces.length === 0 ? null : Math.min(...graces);
  };
}

interface Graces {
  readonly ingress: number;
  readonly app: number;
  readonly transit: number;
}

/** How long each part of a stream's path lives on after this part of the fault began. Cluster milliseconds. */
function gracesOf({ kind, fault: traits }: Disturbance, { ingress, app }: AnyPlan): Graces {
  const notice = kind === 'notice' ? (traits?.notice ?? null) : null;
  const evicts = traits?.evicts ?? false;
  const ownGrace = traits?.ownGrace ?? evicts;
  if (ingress === undefined || app === undefined || (!ownGrace && notice === null))
    return { ingress: 0, app: 0, transit: 0 };
  // The ingress ends by itself when its own grace is over; the kubelet kills what is left after the pod's. The app serves
  // on for as long as it is let.
  const lives = (mostMs: number) => ({
    ingress: lifeMs(ingress.preStopMs, Math.min(ingress.terminationGraceMs, mostMs), ownEndMs(ingress)),
    app: lifeMs(app.preStopMs, Math.min(app.terminationGraceMs, mostMs), Number.POSITIVE_INFINITY),
  });
  if (notice === null) {
    const own = lives(Number.POSITIVE_INFINITY);
    // kubectl drain --ignore-daemonsets leaves their pods alone.
    const ended = (kind: string, graceMs: number) =>
      evicts && kind === 'DaemonSet' ? Number.POSITIVE_INFINITY : graceMs;
    return {
      ingress: ended(ingress.kind, own.ingress),
      app: ended(app.kind, own.app),
      transit: Number.POSITIVE_INFINITY,
    };
  }
  const own = lives(notice.ordinaryMs);
  // A handler that drains the node leaves the pods of DaemonSets to the power cut.
  const noticed = (kind: string, graceMs: number) =>
    notice.endedBy === 'handler' && kind === 'DaemonSet' ? notice.ms : graceMs;
  return {
    ingress: noticed(ingress.kind, own.ingress),
    app: noticed(app.kind, own.app),
    transit: notice.ms,
  };
}

/**
 * Of a history that does not name it: the first pod on the node of which a process ended after the fault; null: the
 * history does not show it.
 */
function killedPod({ trial }: Blame, { at, node, end, podKilled }: Disturbance): string[] | null {
  const streams = trial.streams;
  const serves = (pod: string) =>
    streams.some((one) => (podKilled === 'ingress' ? one.ingressPod : one.endpointPod) === pod);
  const found = trial.processEnds.find(
    (one) => one.node === node && one.t >= at && one.t < end && serves(one.pod),
  );
  return found === undefined ? null : [found.pod];
}

/** Streams of a cohort began before the flip, under the policy before it. */
function cohortPolicy({ flip, initialPolicy, finalPolicy }: Blame, plan: AnyPlan): TrafficPolicy {
  const renewed = plan.load.some((load) => load.kind === 'streams' && load.renew);
  return flip === null || renewed ? finalPolicy : initialPolicy;
}
