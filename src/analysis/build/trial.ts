import type { Lane } from '../../base/connections.ts';
import { MidflightError } from '../../base/errors.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { clusterTraits } from '../../catalogue/clusters.ts';
import { isPartOf } from '../../catalogue/disturbances.ts';
import { policyTraits } from '../../catalogue/policies.ts';
import { meaningOf } from '../../history/meaning.ts';
import type { PolicyMeaning } from '../../history/schema.ts';
import { detectionMs } from '../../plan/flip-time.ts';
import { recoveredAfter } from '../clocks/probes.ts';
import { noClocks, noNotes, readClocks } from '../clocks/read.ts';
import type { ClockSources } from '../clocks/sources.ts';
import { type Flap, flapsOf } from '../doubt/flaps.ts';
import { type LateSpan, lateSpans, untrustedOf } from '../doubt/late-spans.ts';
import type { RequestRecord, RunRecord, TrialRecord } from '../records.ts';
import type { TrialReport } from '../schema.ts';
import { type ClusterTime, clusterTime } from '../time.ts';
import { avoidableByLocal, type Blame, requestPath } from './attribution.ts';
import { countBy, sumOf } from './count.ts';
import { outsideOf } from './customers.ts';
import { reportDisturbance } from './disturbance-report.ts';
import { type Disturbance, disturbancesOf, outageOf, strokesOf, wholeOf } from './disturbances.ts';
import { newConnectionsFailing, nodeLossShares } from './expected-share.ts';
import { keptConnectionOf } from './kept-connection.ts';
import { type JudgedLane, judgedLane, timelineOf, viewOf } from './lanes.ts';
import { type Judged, judgeRequest } from './losses.ts';
import { busiestPod } from './path-shares.ts';
import { type Placement, recordedPlacement } from './placement.ts';
import { cameTrue, type Prediction, predict } from './prediction.ts';
import { sourceAddressOf } from './source-address.ts';

/** A trial as it was measured, before it is doubted and judged. */
export interface BuiltTrial {
  readonly report: TrialReport;
  readonly record: TrialRecord;
  readonly time: ClusterTime;
  readonly disturbances: readonly Disturbance[];
  readonly streams: readonly Judged[];
  readonly lanes: Readonly<Record<Lane, JudgedLane | null>>;
  readonly prediction: Prediction | null;
  /** Whether exactly the predicted streams were lost; null: nothing was predicted. */
  readonly predictedMatches: boolean | null;
  readonly late: readonly LateSpan[];
  readonly flaps: readonly Flap[];
  /**
   * When the first disturbance began on a cluster that is made of processes of this machine: there, what fails before is the
   * machine's doing. Null: another kind of cluster, or nothing was done.
   */
  readonly calmUntil: Nanoseconds | null;
  /** When all load had begun: the end of the ramp, seconds since the trial's start. */
  readonly loadedAt: number;
  /** The nodes of a request's path, as far as the records show them. */
  readonly pathOf: (request: RequestRecord) => ReturnType<typeof requestPath>;
  readonly placement: Placement;
  /** The share of streams that each node's death would take, from topology and policy alone. */
  readonly nodeLosses: readonly { readonly node: string; readonly share: number }[];
  /** What the busiest ingress pod gets under the policy that the trial ends with; null: no pod is known. */
  readonly busiestPod: ReturnType<typeof busiestPod>;
  /** How long the balancer may go on sending to a node whose last pod has ended, by its checks; null: not ours. */
  readonly noticesSeconds: number | null;
  /** The nodes of the topology that are not control planes. */
  readonly nodeNames: readonly string[];
}

/** No log names the node of a connection: nothing is predicted from paths, and no trial is judged by them. */
const isUnlogged = ({ topology }: RunRecord): boolean =>
  topology?.limits.some(({ code }) => code === 'no-edge-log') ?? false;

/**
 * `lastSeen`: the last instant of the history. Throws `internal` if the requests do not add up, `bad-history` for a policy
 * that is not known.
 */
export function buildTrial(run: RunRecord, trial: TrialRecord, lastSeen: Nanoseconds): BuiltTrial {
  const { plan } = run.header;
  const time = clusterTime(plan.timeScale);
  const blame = blameOf(run, trial, trial.end?.t ?? lastSeen, time);
  const judge = (request: TrialRecord['streams'][number]) => judgeRequest(request, blame, plan, time);
  const streams = trial.streams.map(judge);
  const lanes = {
    new: judgedLane(trial.lanes.get('new'), plan, time, judge),
    reused: judgedLane(trial.lanes.get('reused'), plan, time, judge),
  };
  const { fault } = blame;
  const prediction = fault === null || isUnlogged(run) ? null : predict(blame, fault, plan, time);
  const late = lateSpans(plan, trial, time);
  const sourcesOf = (
    disturbance: Disturbance,
    parts: readonly Disturbance[],
    before: Disturbance | undefined,
  ): ClockSources => ({
    plan,
    trial,
    time,
    disturbance,
    lanes: { new: viewOf(lanes.new, ...parts), reused: viewOf(lanes.reused, ...parts) },
    policy: blame.finalPolicy,
    overlaps: !isOver(before, disturbance, lanes.new, time.ns(plan.stabilityMs)),
    expected: newConnectionsFailing(blame, disturbance),
    late,
  });
  const disturbanceReports = blame.disturbances.map((disturbance, index) =>
    reportDisturbance(
      sourcesOf(disturbance, [disturbance], blame.disturbances[index - 1]),
      streams,
      lanes.new,
    ),
  );
  const whole = wholeOf(blame.disturbances);
  const strokes = strokesOf(blame.disturbances);
  const main =
    (whole === null ? null : readClocks(sourcesOf(whole, strokes, beforeOf(blame.disturbances, strokes)))) ??
    disturbanceReports.find(({ kind }) => kind === 'fault') ??
    disturbanceReports.find(({ kind }) => kind === 'flip') ??
    disturbanceReports[0];
  const lost = streams.filter((one) => one.lost);
  const report: TrialReport = {
    index: trial.start.trial,
    policy: trial.start.policy,
    traffic: blame.meaning.policy,
    fault: faultOf(trial, blame),
    repeat: trial.start.repeat,
    outcome: trial.end?.outcome ?? 'interrupted',
    verdict: 'unknown',
    reason: null,
    reasons: [],
    requests: {
      started: trial.started.streams,
      completed: streams.filter(({ outcome }) => outcome === 'completed').length,
      lost: lost.length,
      cancelled: streams.filter(({ outcome }) => outcome === 'cancelled').length,
      avoidableByLocal: lost.filter(
        ({ request, cause }) => cause !== null && avoidableByLocal(request, cause, blame),
      ).length,
      byOutcome: countBy(streams.map(({ outcome }) => outcome)),
      byOutcomeClient: countBy(streams.map(({ request }) => request.outcome)),
      byCause: countBy(lost.map(({ cause }) => cause)),
      byCdnCode: countBy(lost.map(({ cdn }) => cdn)),
    },
    probes: { new: laneCounts(lanes.new), reused: laneCounts(lanes.reused) },
    keptConnection: keptConnectionOf(trial, time),
    engines: enginesOf(trial),
    atInjection: prediction?.atInjection ?? null,
    predicted: prediction?.predicted ?? null,
    disturbances: disturbanceReports,
    outside: outsideOf(streams, lanes.new),
    clocksSeconds: main?.clocksSeconds ?? noClocks(),
    clockNotes: main?.clockNotes ?? noNotes('nothing-disturbed', 'nothing was disturbed'),
    sourceAddress: sourceAddressOf(run, trial),
    untrusted: untrustedOf(late, trial, time),
  };
  checkSums(trial, report);
  const afterRamp = trial.phases.findIndex(({ phase }) => phase === 'ramp') + 1;
  return {
    report,
    record: trial,
    time,
    disturbances: blame.disturbances,
    streams,
    lanes,
    prediction,
    predictedMatches:
      prediction === null || fault === null
        ? null
        : cameTrue(prediction, fault, lostToFault(lost), plan, time),
    late,
    flaps: flapsOf(trial, run, blame.disturbances, late, trial.end?.t ?? lastSeen),
    calmUntil: clusterTraits(plan.provider)?.madeOfProcesses ? (blame.disturbances[0]?.at ?? null) : null,
    loadedAt: time.seconds(trial.start.t, trial.phases[afterRamp]?.t ?? trial.start.t),
    pathOf: (request) => requestPath(request, blame),
    placement: blame.placement,
    nodeLosses: nodeLossShares(blame),
    busiestPod: busiestPod(blame, blame.finalPolicy),
    noticesSeconds:
      plan.edge === undefined || isUnlogged(run) ? null : detectionMs(plan.edge, blame.finalPolicy) / 1000,
    nodeNames: (run.topology?.nodes ?? []).flatMap(({ name, controlPlane }) => (controlPlane ? [] : [name])),
  };
}

const lostToFault = (lost: readonly Judged[]) =>
  new Set(
    lost.flatMap(({ request, disturbance }) =>
      disturbance !== null && isPartOf(disturbance.kind, 'fault') ? [request] : [],
    ),
  );

const faultOf = ({ start: { fault } }: TrialRecord, { meaning }: Blame): TrialReport['fault'] =>
  fault === null
    ? null
    : {
        kind: fault.kind,
        node: fault.node,
        ...(fault.nodes === undefined ? {} : { nodes: fault.nodes }),
        ...(fault.pod === null ? {} : { pod: fault.pod }),
        noun: meaning.fault?.noun ?? fault.kind,
      };

function blameOf(run: RunRecord, trial: TrialRecord, until: Nanoseconds, time: ClusterTime): Blame {
  const { plan } = run.header;
  const meaning = meaningOf(trial.start);
  const disturbances = disturbancesOf(trial, meaning.fault, until);
  if (clusterTraits(plan.provider) === null && disturbances.length === 0) {
    const lane = trial.lanes.get('new');
    disturbances.push(outageOf(trial, lane === undefined ? null : timelineOf(lane, plan, time), until));
  }
  const shape = meaning.policy ?? policyTraits(null);
  const flip = disturbances.find(({ kind }) => kind === 'flip') ?? null;
  return {
    meaning,
    run,
    trial,
    placement: recordedPlacement(run, trial),
    disturbances,
    flip,
    fault: disturbances.find(({ kind }) => kind === 'fault') ?? null,
    initialPolicy: shape.initial,
    finalPolicy: shape.final,
    finalFrom: flip === null ? Number.NEGATIVE_INFINITY : finalFrom(flip, shape, trial, run),
  };
}

/**
 * One patch is the flip itself. In a switchover in steps one of them changes the ingress' own Service, or clients move to the
 * balancer of a second one; a history that shows neither: the begin.
 */
function finalFrom(
  { at }: Disturbance,
  { inSteps, final }: Pick<PolicyMeaning, 'inSteps' | 'final'>,
  { services, followedAt }: TrialRecord,
  { ingressService }: RunRecord,
): Nanoseconds {
  if (inSteps !== true) return at;
  const changed = services.find(
    ({ t, service, policy }) => t >= at && service === ingressService && policy === final,
  );
  return changed?.t ?? followedAt ?? at;
}

/** The last of what is no part of the fault and came before it. */
const beforeOf = (all: readonly Disturbance[], strokes: readonly Disturbance[]): Disturbance | undefined =>
  all.findLast((one) => !strokes.includes(one) && one.at <= (strokes[0]?.at ?? 0));

/** Whether new connections were well again before the next disturbance began. */
function isOver(
  before: Disturbance | undefined,
  { at }: Disturbance,
  lane: JudgedLane | null,
  stability: Nanoseconds,
): boolean {
  if (before === undefined || lane === null) return true;
  const last = viewOf(lane, before)?.failed.at(-1)?.dueAt;
  return last === undefined || recoveredAfter(lane.timeline, last, at, stability) !== null;
}

function laneCounts(lane: JudgedLane | null): TrialReport['probes']['new'] {
  if (lane === null) return null;
  const { record, failed: all } = lane;
  const failed = all.filter((one) => one.lost);
  const passed = record.goodDueAt.length;
  return {
    sent: passed + all.length + record.cancelled,
    failed: failed.length,
    byOutcome: {
      ...countBy(all.map(({ outcome }) => outcome)),
      ...(passed > 0 ? { completed: passed } : {}),
      ...(record.cancelled > 0 ? { cancelled: record.cancelled } : {}),
    },
    byCause: countBy(failed.map(({ cause }) => cause)),
    byCdnCode: countBy(failed.map(({ cdn }) => cdn)),
  };
}

function enginesOf({ engines }: TrialRecord): TrialReport['engines'] {
  return Object.fromEntries(
    [...engines.values()].map(({ load, engine, started, byOutcome, problems }) => {
      const completed = byOutcome.get('completed') ?? 0;
      const lost = started - completed - (byOutcome.get('cancelled') ?? 0);
      return [load, { engine, started, completed, lost, byOutcome: Object.fromEntries(byOutcome), problems }];
    }),
  );
}

/** Invariant: every started request has exactly one outcome. All figures depend on it. */
function checkSums({ started, strayEnds }: TrialRecord, { requests, probes, index }: TrialReport): void {
  const { completed, lost, cancelled, byOutcome, byOutcomeClient } = requests;
  const streams = [completed + lost + cancelled, sumOf(byOutcome), sumOf(byOutcomeClient)];
  const all = sumOf(probes.new?.byOutcome) + sumOf(probes.reused?.byOutcome);
  const broken = (what: string) => new MidflightError('internal', `trial ${index}: ${what}`);
  if (!streams.every((total) => total === started.streams)) {
    throw broken(`${started.streams} streams started, ${streams.join('/')} ended`);
  }
  if (all !== started.probes) throw broken(`${started.probes} probes started, ${all} ended`);
  if (strayEnds > 0) throw broken(`${strayEnds} requests ended that had not begun, or twice`);
}
