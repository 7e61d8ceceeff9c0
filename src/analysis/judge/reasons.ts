import { lanes as laneNames } from '../../base/connections.ts';
import { errnoWords } from '../../base/errno.ts';
import { isPartOf } from '../../catalogue/disturbances.ts';
import type { Judged } from '../build/losses.ts';
import type { BuiltTrial } from '../build/trial.ts';
import { lostToTheMachine } from '../doubt/excuse.ts';
import { type LateSpan, lateWords } from '../doubt/late-spans.ts';
import type { ProcessEnd } from '../records.ts';
import type { TrialReason, TrialReasonCode } from '../schema.ts';

/** What a late instrument can bring about: if one was late, it is the reason and these are dropped. */
const derived: readonly TrialReasonCode[] = [
  'none-on-target',
  'path-unproven',
  'no-steady-state',
  'edge-not-settled',
];
/** With these alone a limit that is exceeded is a proven failure: what was counted can only become more. */
const countStands: readonly TrialReasonCode[] = ['never-recovered', 'never-well', 'late'];

/** How much a trial proves. exceeded: only that a limit is exceeded. */
export type Trust = 'all' | 'exceeded' | 'nothing';

export function trustOf(reasons: readonly TrialReason[]): Trust {
  if (reasons.length === 0) return 'all';
  return reasons.every(({ code }) => countStands.includes(code)) ? 'exceeded' : 'nothing';
}

/** Why a trial cannot be concluded from, the cause first. */
export function doubtsOf(trial: BuiltTrial): TrialReason[] {
  const all = [
    ...fromRun(trial),
    ...fromRequests(trial),
    ...contradicted(trial),
    ...neverWell(trial),
    ...fromFault(trial),
    ...fromPrediction(trial),
  ];
  const late = lateReason(
    trial,
    all.some(({ code }) => derived.includes(code)),
  );
  const kept = late === null ? all : [late, ...all.filter(({ code }) => !derived.includes(code))];
  return unique([...kept, ...unrecovered(trial)]);
}

const because = (code: TrialReasonCode, text: string): TrialReason => ({ code, text });
const when = (holds: boolean, code: TrialReasonCode, text: string): TrialReason[] =>
  holds ? [because(code, text)] : [];

function unique(reasons: readonly TrialReason[]): TrialReason[] {
  return [...new Map(reasons.map((reason) => [reason.text, reason])).values()];
}

function fromRun({ record, report }: BuiltTrial): TrialReason[] {
  const { end, instrumentFailures } = record;
  const given = end?.invalid ?? [because('broken-off', 'the history breaks off in this trial')];
  // The run gives them as reasons too, unless the trial had ended: unique() keeps one of each.
  const found = unique([
    ...given,
    ...instrumentFailures.map(({ instrument, reason }) =>
      because('instrument-failed', `${instrument}: ${reason}`),
    ),
  ]);
  const { outcome } = report;
  return [
    ...found,
    ...when(
      outcome !== 'completed' && found.length === 0,
      'not-completed',
      `the trial did not end completed but ${outcome}`,
    ),
  ];
}

function fromRequests({ record, report: { requests, probes } }: BuiltTrial): TrialReason[] {
  const { unfinished, localErrors, engines } = record;
  const local = [requests.byOutcomeClient, probes.new?.byOutcome, probes.reused?.byOutcome].reduce(
    (sum, counts) => sum + (counts?.['local-error'] ?? 0),
    0,
  );
  const why = [...localErrors].sort(([, one], [, other]) => other - one).map(([errno]) => errnoWords(errno));
  return [
    ...when(unfinished > 0, 'unfinished-requests', `${unfinished} requests were never heard of again`),
    ...when(
      local > unfinished,
      'local-error',
      `${local} requests failed on this machine, not on the way${why.length === 0 ? '' : `: ${why.join(', ')}`}`,
    ),
    ...[...engines.values()].flatMap(({ load, problems, byOutcome }) => {
      const failed = byOutcome.get('local-error') ?? 0;
      return [
        ...problems.map((problem) => because('engine-problem', `${load}: ${problem}`)),
        ...when(
          failed > unfinished,
          'local-error',
          `${load}: ${failed} requests failed on this machine or in the engine, not on the way`,
        ),
      ];
    }),
  ];
}

/** A share of the lost requests. Above it, the records that causes depend on cannot be trusted. */
const mostContradicted = 0.01;

function contradicted({ streams, lanes }: BuiltTrial): TrialReason[] {
  const all = [...streams, ...(lanes.new?.failed ?? []), ...(lanes.reused?.failed ?? [])];
  const lost = all.filter((one) => one.lost);
  const found = lost.filter(({ contradiction }) => contradiction !== null);
  return when(
    found.length > lost.length * mostContradicted,
    'contradictory-evidence',
    `the records of ${found.length} of ${lost.length} lost requests contradict each other: ${found[0]?.request.id}: ${found[0]?.contradiction}`,
  );
}

/** A watch has no proven steady state: if something never worked, that is all that can be reported. */
function neverWell({ report: { policy }, streams, lanes }: BuiltTrial): TrialReason[] {
  if (policy !== null) return [];
  const answered = ({ request: { outcome, firstChunkAt } }: Judged) =>
    outcome === 'completed' || outcome === 'cancelled' || (firstChunkAt !== null && outcome !== 'http-error');
  const none = (what: string, failed: number) =>
    because('never-well', `no ${what} had a good answer: ${failed} of ${failed} failed`);
  return [
    ...(streams.length > 0 && !streams.some(answered) ? [none('stream', streams.length)] : []),
    ...laneNames.flatMap((name) => {
      const lane = lanes[name];
      if (lane == null || lane.failed.length === 0 || lane.record.goodDueAt.length > 0) return [];
      return [none(`request on ${name} connections`, lane.failed.length)];
    }),
  ];
}

function fromFault({ record, disturbances, report }: BuiltTrial): TrialReason[] {
  const faults = disturbances.filter(({ kind }) => kind === 'fault');
  const [fault] = faults;
  const never = record.start.fault !== null && fault === undefined && report.outcome === 'completed';
  const idle = faults.find(({ affected }) => affected === 0);
  return [
    ...when(never, 'fault-never-came', 'the fault never came'),
    ...when(
      idle !== undefined,
      'fault-without-effect',
      `${idle?.name} of ${idle?.node ?? idle?.podKilled} had no effect: it took nothing`,
    ),
    ...unaskedEnds(record.processEnds, disturbances).map(({ pod, node }) =>
      because('process-ended', `a container of ${pod}${node === null ? '' : ` on ${node}`} ended by itself`),
    ),
  ];
}

/** Containers that ended although nobody had told their pod to, and no fault took it or its node. */
function unaskedEnds(
  ends: readonly ProcessEnd[],
  disturbances: BuiltTrial['disturbances'],
): readonly ProcessEnd[] {
  const injections = disturbances.filter(({ kind }) => isPartOf(kind, 'fault'));
  const asked = ({ t, pod, node }: ProcessEnd) =>
    injections.some(
      ({ at, nodes, pods }) =>
        t >= at && (pods?.includes(pod) === true || (node !== null && nodes.includes(node))),
    );
  return ends.filter((end) => !end.terminating && !asked(end));
}

function fromPrediction({ prediction }: BuiltTrial): TrialReason[] {
  if (prediction === null) return [];
  const { atInjection, predicted, unproven, mixed } = prediction;
  const none = predicted.expectedShare === 0;
  return [
    ...when(
      !none && !mixed && atInjection.throughTarget === 0,
      'none-on-target',
      `the policy sends requests through the target, and none was on it when it was hit${streamsToTell(atInjection.inFlight, predicted.expectedShare)}`,
    ),
    ...when(
      none && unproven > 0,
      'path-unproven',
      `the edge's log does not show where ${unproven} of the streams were`,
    ),
    ...when(
      none && atInjection.throughTarget > 0,
      'unexpected-on-target',
      `the policy sends nothing through the target, yet ${atInjection.throughTarget} streams were on it`,
    ),
  ];
}

/** What would show it: as many streams that in 19 of 20 trials one is on the target. */
function streamsToTell(inFlight: number, share: number): string {
  if (share <= 0 || share >= 1 || inFlight === 0) return '';
  const needed = Math.ceil(Math.log(0.05) / Math.log(1 - share));
  return inFlight < needed
    ? `: of ${inFlight} streams that is no surprise; concurrency: ${needed} or more shows it`
    : '; another --seed shows it';
}

/** A fault that lasts until it is undone is no less proven for it. */
function unrecovered({ record, report: { clockNotes } }: BuiltTrial): TrialReason[] {
  const note = clockNotes.failover;
  const lasts = record.disturbances.some((one) => one.lasts === true);
  const least =
    note?.atLeastSeconds == null ? '' : `: failover is ${note.atLeastSeconds.toFixed(1)} s or more`;
  return when(
    note?.code === 'never-recovered' && !lasts,
    'never-recovered',
    `new connections had not recovered by the end of the trial${least}`,
  );
}

/** The instrument that was late, if it explains what else is wrong or may have lost requests itself. */
function lateReason(trial: BuiltTrial, explains: boolean): TrialReason | null {
  const { losses, worst } = lostToTheMachine(trial);
  if (losses.length > 0 && worst !== null) {
    const requests = losses.length === 1 ? '1 request' : `${losses.length} requests`;
    return because('late', `${lateWords(worst)}, and ${requests} through healthy nodes failed meanwhile`);
  }
  const [first] = trial.late;
  if (!explains || first === undefined) return null;
  const most = trial.late.reduce<LateSpan>((one, other) => (other.maxMs > one.maxMs ? other : one), first);
  return because('late', `${lateWords(most)}: this machine was too slow`);
}
