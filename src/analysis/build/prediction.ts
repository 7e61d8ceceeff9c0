import type { Nanoseconds } from '../../base/units.ts';
import { clusterTraits } from '../../catalogue/clusters.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import { lifeMs, ownEndMs } from '../../plan/pods.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { RequestRecord } from '../records.ts';
import type { ClusterTime } from '../time.ts';
import {
  type Blame,
  firstNoticeOrFaultAt,
  injectionsOf,
  policyOf,
  requestPath,
  takesPlace,
} from './attribution.ts';
import type { Disturbance } from './disturbances.ts';
import { shareThrough } from './expected-share.ts';
import { chunkIntervalMs } from './losses.ts';
import { rounded } from './path-shares.ts';

export interface Prediction {
  readonly atInjection: { inFlight: number; throughTarget: number };
  readonly predicted: { lost: number; expectedShare: number };
  /** Streams in flight at the injection. */
  readonly inFlight: readonly RequestRecord[];
  /** Those of them that the fault takes and that cannot finish before. */
  readonly doomed: ReadonlySet<RequestRecord>;
  /** Those in flight that end too close to their time limit to be predicted either way. */
  readonly close: ReadonlySet<RequestRecord>;
  /** Streams in flight whose connection the edge's log does not show: they may have been anywhere. */
  readonly unproven: number;
  /** Some of those in flight began before a flip and some after it: whether any is on the target is chance. */
  readonly mixed: boolean;
}

/** The losses that the recorded paths predict, and those that topology and policy alone predict. */
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
  return {
    inFlight,
    doomed,
    close,
    atInjection: { inFlight: inFlight.length, throughTarget: through.length },
    predicted: { lost: doomed.size, expectedShare: expectedShareOf(inFlight, blame, plan) },
    unproven: inFlight.filter(({ connection }) => connection === null).length,
    mixed: new Set(inFlight.map((stream) => policyOf(stream, blame))).size > 1,
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
  const atOnce = clusterTraits(plan.provider)?.faultsAtOnce ?? false;
  const tooClose = ({ outcome, endedAt }: RequestRecord) =>
    !atOnce && outcome === 'completed' && endedAt - at <= time.ns(chunkIntervalMs(plan));
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
  const injections = injectionsOf(blame);
  // A node's notice says when its pods and its power go: the power cut behind it adds nothing.
  const first = injections.filter(
    (one, index) =>
      !injections.slice(0, index).some((other) => other.kind === 'notice' && other.node === one.node),
  );
  const takers = first.map((injection) => ({
    after: time.ms(injection.at - at),
    takes: injection.podKilled === null ? byNodes(blame, injection, plan) : byPods(blame, injection, plan),
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

function byPods(blame: Blame, injection: Disturbance, plan: AnyPlan): Takes {
  const pods = injection.pods ?? killedPod(blame, injection);
  const limits = gracesOf(injection, plan);
  return (stream) => {
    const path = requestPath(stream, blame);
    const [at, pod, grace] =
      injection.podKilled === 'ingress'
        ? [path.ingress, stream.ingressPod, limits.ingress]
        : [path.endpoint, stream.endpointPod, limits.app];
    if (at === null || !injection.nodes.includes(at)) return null;
    return pods === null || pod === null || pods.includes(pod) ? grace : null;
  };
}

function byNodes(blame: Blame, injection: Disturbance, plan: AnyPlan): Takes {
  const limits = gracesOf(injection, plan);
  const hit = (node: string | null) => node !== null && injection.nodes.includes(node);
  return (stream) => {
    const { transit, ingress, endpoint } = requestPath(stream, blame);
    const graces = [
      ...(hit(ingress) && takesPlace(injection, 'ingress') ? [limits.ingress] : []),
      ...(hit(endpoint) && takesPlace(injection, 'endpoint') ? [limits.app] : []),
      ...(hit(transit) && takesPlace(injection, 'transit') ? [limits.transit] : []),
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

/** Each stream in flight is under the policy that its connection began under: a flip leaves open ones where they are. */
function expectedShareOf(inFlight: readonly RequestRecord[], blame: Blame, plan: AnyPlan): number {
  const { flip, initialPolicy, finalPolicy } = blame;
  const share = (policy: TrafficPolicy) => shareThrough(blame, injectionsOf(blame), policy);
  if (flip === null || inFlight.length === 0) return share(cohortPolicy(blame, plan));
  const before =
    inFlight.filter((stream) => policyOf(stream, blame) === initialPolicy).length / inFlight.length;
  if (initialPolicy === finalPolicy || before === 0) return share(finalPolicy);
  return before === 1
    ? share(initialPolicy)
    : rounded(before * share(initialPolicy) + (1 - before) * share(finalPolicy));
}

/** Streams of a cohort began before the flip, under the policy before it. */
function cohortPolicy({ flip, initialPolicy, finalPolicy }: Blame, plan: AnyPlan): TrafficPolicy {
  const renewed = plan.load.some((load) => load.kind === 'streams' && load.renew);
  return flip === null || renewed ? finalPolicy : initialPolicy;
}
