import { errnoWords } from '../base/errno.ts';
import { MidflightError } from '../base/errors.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Outcome } from '../history/schema.ts';
import type { PlannedTrial } from '../plan/schema.ts';
import { strategyShape } from '../plan/shape.ts';
import { avoidableByLocal, type Blame, causeOf } from './attribution.ts';
import { cdnCodeOf } from './cdn.ts';
import { noClocks, noNotes, notRecovered, readClocks } from './clocks.ts';
import { type Disturbance, disturbancesOf, outageOf } from './disturbances.ts';
import { keptConnectionOf } from './kept-connection.ts';
import { isLost, outcomeOf } from './outcomes.ts';
import { placementOf } from './placement.ts';
import { cameTrue, type Prediction, predict } from './prediction.ts';
import { failingShare, outageIn, type Timeline, timelineOf } from './probes.ts';
import type { LaneRecord, RequestRecord, RunRecord, TrialRecord } from './records.ts';
import type { Cause, CdnCode, DisturbanceReport, TrialReport } from './schema.ts';
import { sourceAddressOf } from './source-address.ts';
import { clusterTime } from './time.ts';
import { untrustedOf } from './untrusted.ts';

/** A trial's report before its expectations are judged, and why it cannot be trusted where it cannot. */
export interface JudgedTrial {
  readonly report: TrialReport;
  /** When all load had begun: the end of the ramp, seconds since the trial's start. */
  readonly loadedAt: number;
  readonly invalid: readonly string[];
  /** All else is well: only, new connections had not recovered when the trial ended. */
  readonly onlyUnrecovered: boolean;
  /** Whether exactly the predicted streams were lost; null: nothing was predicted. */
  readonly predictedMatches: boolean | null;
}

/** One request, judged. */
interface Judged {
  readonly request: RequestRecord;
  readonly outcome: Outcome;
  readonly cause: Cause | null;
  readonly cdn: CdnCode | null;
}

/** `lastSeen`: the last instant that the history tells of. Throws `internal` where the requests do not add up. */
export function reportTrial(run: RunRecord, trial: TrialRecord, lastSeen: Nanoseconds): JudgedTrial {
  const { plan } = run.header;
  const time = clusterTime(plan.timeScale);
  const until = trial.end?.t ?? lastSeen;
  const timelines = {
    new: timelineOf(trial.lanes.get('new')),
    reused: timelineOf(trial.lanes.get('reused')),
  };
  const disturbances = disturbancesOf(trial, until);
  if (plan.provider === 'watch' && disturbances.length === 0) {
    disturbances.push(outageOf(trial, timelines.new, until));
  }
  const shape = strategyShape(trial.start.policy as PlannedTrial['policy']);
  const blame: Blame = {
    run,
    trial,
    placement: placementOf(run, trial),
    flip: disturbances.find(({ kind }) => kind === 'flip') ?? null,
    fault: disturbances.find(({ kind }) => kind === 'fault') ?? null,
    initialPolicy: shape.initial,
    finalPolicy: shape.final,
  };
  const judge = (request: RequestRecord): Judged => {
    const outcome = outcomeOf(request, plan.edge.mode === 'passthrough', time);
    if (!isLost(outcome)) return { request, outcome, cause: null, cdn: null };
    return { request, outcome, cause: causeOf(request, blame), cdn: cdnCodeOf(request, outcome, time) };
  };
  const streams = trial.streams.map(judge);
  const lost = streams.filter(({ outcome }) => isLost(outcome));
  const prediction = blame.fault === null ? null : predict(blame, blame.fault, plan);
  const byFault = lost.filter((one) => disturbanceOf(one, blame) === blame.fault);
  const predictedMatches =
    prediction === null || blame.fault === null
      ? null
      : cameTrue(prediction, blame.fault, new Set(byFault.map(({ request }) => request)), plan);
  const told = disturbances.map((disturbance, index) => {
    const before = disturbances[index - 1];
    const overlaps = before !== undefined && !isOver(before, timelines.new, time.ns(plan.stabilityMs));
    return reportDisturbance(disturbance, overlaps, { blame, lost, timelines, time, until });
  });
  const main = told.find(({ kind }) => kind === 'fault') ?? told[0];
  const report: TrialReport = {
    index: trial.start.trial,
    policy: trial.start.policy,
    fault: trial.start.fault === null ? null : { kind: trial.start.fault.kind, node: trial.start.fault.node },
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
    probes: { new: lane(trial.lanes.get('new'), judge), reused: lane(trial.lanes.get('reused'), judge) },
    keptConnection: keptConnectionOf(trial, time),
    engines: enginesOf(trial),
    atInjection: prediction?.atInjection ?? null,
    predicted: prediction?.predicted ?? null,
    disturbances: told,
    clocksSeconds: main?.clocksSeconds ?? noClocks(),
    clockNotes: main?.clockNotes ?? noNotes('nothing-disturbed', 'nothing was disturbed'),
    sourceAddress: sourceAddressOf(run, trial),
    untrusted: untrustedOf(plan, trial, time),
  };
  checkSums(trial, report);
  const invalid = reasons(trial, report, prediction, disturbances);
  const onlyUnrecovered = invalid.length === 1 && isUnrecovered(report);
  const afterRamp = trial.phases.findIndex(({ phase }) => phase === 'ramp') + 1;
  const loadedAt = time.seconds(trial.start.t, trial.phases[afterRamp]?.t ?? trial.start.t);
  return { report, loadedAt, invalid, onlyUnrecovered, predictedMatches };
}

function isOver({ at, until }: Disturbance, timeline: Timeline | null, stability: Nanoseconds): boolean {
  if (timeline === null) return true;
  const outage = outageIn(timeline, at, until, stability);
  return outage === null || outage.recovered !== null;
}

interface DisturbanceContext {
  readonly blame: Blame;
  readonly lost: readonly Judged[];
  readonly timelines: { readonly new: Timeline | null; readonly reused: Timeline | null };
  readonly time: ReturnType<typeof clusterTime>;
  readonly until: Nanoseconds;
}

function reportDisturbance(
  disturbance: Disturbance,
  overlaps: boolean,
  { blame, lost, timelines, time }: DisturbanceContext,
): DisturbanceReport {
  const { trial, run, finalPolicy } = blame;
  const own = lost.filter((one) => belongsTo(one, disturbance, blame));
  const before = own.filter(({ request }) => request.startedAt < disturbance.at).length;
  const clocks = readClocks({
    plan: run.header.plan,
    trial,
    time,
    disturbance,
    timelines,
    policy: finalPolicy,
    overlaps,
  });
  const { failover } = clocks.clocksSeconds;
  const end = failover === null ? disturbance.until : disturbance.at + time.ns(failover * 1000);
  return {
    kind: disturbance.kind,
    name: disturbance.name,
    node: disturbance.node,
    at: time.seconds(trial.start.t, disturbance.at),
    requestsLost: own.length,
    lostBegunBefore: before,
    lostBegunAfter: own.length - before,
    failingShare:
      timelines.new === null ? null : failover === 0 ? 0 : failingShare(timelines.new, disturbance.at, end),
    outages: timelines.new === null ? null : [],
    customers: { streams: noCustomers(), newConnections: null },
    ...clocks,
  };
}

const noCustomers = () => ({ sent: 0, ok: 0, byCdnCode: {}, unclear: 0 });

/** A watch knows of one disturbance, and of no path: what was lost on the way since then is its. */
function belongsTo(one: Judged, disturbance: Disturbance, blame: Blame): boolean {
  const { kind, at } = disturbance;
  if (kind === 'command' || kind === 'outage') {
    return one.request.endedAt >= at && one.outcome !== 'local-error';
  }
  return disturbanceOf(one, blame) === disturbance;
}

/**
 * Which disturbance a loss belongs to: by its cause where that tells, else the last one before it ended. What our own
 * machine or recorder failed in belongs to none.
 */
function disturbanceOf({ request, outcome, cause }: Judged, { flip, fault }: Blame): Disturbance | null {
  if (outcome === 'local-error') return null;
  if (cause === 'switchover') return flip;
  if (cause === 'transit' || cause === 'ingress' || cause === 'endpoint') return fault;
  if (fault !== null && request.endedAt >= fault.at) return fault;
  return flip !== null && request.endedAt >= flip.at ? flip : null;
}

function lane(record: LaneRecord | undefined, judge: (request: RequestRecord) => Judged) {
  if (record === undefined) return null;
  const judged = record.failed.map(judge);
  const failed = judged.filter(({ outcome }) => isLost(outcome));
  const passed = record.goodDueAt.length;
  const byOutcome = countBy(judged.map(({ outcome }) => outcome));
  return {
    sent: passed + judged.length + record.cancelled,
    failed: failed.length,
    byOutcome: {
      ...byOutcome,
      ...(passed > 0 ? { completed: passed } : {}),
      ...(record.cancelled > 0 ? { cancelled: record.cancelled } : {}),
    },
    byCause: countBy(failed.map(({ cause }) => cause)),
    byCdnCode: countBy(failed.map(({ cdn }) => cdn)),
  };
}

function enginesOf(trial: TrialRecord): TrialReport['engines'] {
  return Object.fromEntries(
    [...trial.engines.values()].map(({ load, engine, started, byOutcome, problems }) => {
      const completed = byOutcome.get('completed') ?? 0;
      const cancelled = byOutcome.get('cancelled') ?? 0;
      const counts = Object.fromEntries(byOutcome);
      return [
        load,
        { engine, started, completed, lost: started - completed - cancelled, byOutcome: counts, problems },
      ];
    }),
  );
}

function countBy<K extends string>(keys: readonly (K | null)[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

/** Each request that began has one outcome, and only one: all that is told rests on it. */
function checkSums({ started, strayEnds }: TrialRecord, { requests, probes, index }: TrialReport): void {
  const sum = (counts: Partial<Record<string, number>> | undefined) =>
    Object.values(counts ?? {}).reduce<number>((total, count) => total + (count ?? 0), 0);
  const { completed, lost, cancelled, byOutcome, byOutcomeClient } = requests;
  const streams = [completed + lost + cancelled, sum(byOutcome), sum(byOutcomeClient)];
  const all = sum(probes.new?.byOutcome) + sum(probes.reused?.byOutcome);
  const fault = (what: string) => new MidflightError('internal', `trial ${index}: ${what}`);
  if (!streams.every((total) => total === started.streams)) {
    throw fault(`${started.streams} streams started, ${streams.join('/')} ended`);
  }
  if (all !== started.probes) throw fault(`${started.probes} probes started, ${all} ended`);
  if (strayEnds > 0) throw fault(`${strayEnds} requests ended that had not begun, or twice`);
}

/** Why nothing can be concluded from a trial. */
function reasons(
  trial: TrialRecord,
  report: TrialReport,
  prediction: Prediction | null,
  disturbances: readonly Disturbance[],
): string[] {
  const found = trial.end?.invalid.map(({ text }) => text) ?? ['the history breaks off in this trial'];
  const add = (holds: boolean, reason: string) => {
    if (holds && !found.includes(reason)) found.push(reason);
  };
  for (const { instrument, reason } of trial.instrumentFailures) {
    add(!found.some((known) => known.includes(reason)), `${instrument}: ${reason}`);
  }
  add(trial.unfinished > 0, `${trial.unfinished} requests were never heard of again`);
  const { requests, probes } = report;
  const local = [requests.byOutcomeClient, probes.new?.byOutcome, probes.reused?.byOutcome].reduce(
    (sum, counts) => sum + (counts?.['local-error'] ?? 0),
    0,
  );
  const why = [...trial.localErrors]
    .sort(([, one], [, other]) => other - one)
    .map(([errno]) => errnoWords(errno));
  add(
    local > trial.unfinished,
    `${local} requests failed on this machine, not on the way${why.length === 0 ? '' : `: ${why.join(', ')}`}`,
  );
  for (const { load, problems, byOutcome } of trial.engines.values()) {
    for (const problem of problems) add(true, `${load}: ${problem}`);
    const failed = byOutcome.get('local-error') ?? 0;
    add(
      failed > trial.unfinished,
      `${load}: ${failed} requests failed on this machine or in the engine, not on the way`,
    );
  }
  const { outcome } = report;
  add(outcome !== 'completed' && found.length === 0, `the trial did not end completed but ${outcome}`);
  const wasHit = disturbances.some(({ kind }) => kind === 'fault');
  add(trial.start.fault !== null && !wasHit && trial.end?.outcome === 'completed', 'the fault never came');
  if (prediction !== null) {
    const { atInjection, predicted, unproven } = prediction;
    add(
      predicted.expectedShare > 0 && atInjection.throughTarget === 0,
      'the policy sends requests through the target, and none was on it when it was hit',
    );
    add(
      predicted.expectedShare === 0 && unproven > 0,
      `the edge's log does not show where ${unproven} of the streams were`,
    );
    add(
      predicted.expectedShare === 0 && atInjection.throughTarget > 0,
      `the policy sends nothing through the target, yet ${atInjection.throughTarget} streams were on it`,
    );
  }
  add(isUnrecovered(report), 'new connections had not recovered by the end of the trial');
  return found;
}

const isUnrecovered = ({ clockNotes }: TrialReport) => clockNotes.failover?.reason === notRecovered;
