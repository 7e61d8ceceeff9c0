import type { Nanoseconds } from '../../base/units.ts';
import { type Cause, causeTraits } from '../../catalogue/causes.ts';
import type { CdnCode } from '../../catalogue/cdn-codes.ts';
import { isPartOf } from '../../catalogue/disturbances.ts';
import { isLost, isSilent, type Outcome } from '../../catalogue/outcomes.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { RequestRecord } from '../records.ts';
import type { ClusterTime } from '../time.ts';
import { type Attribution, attribute, type Blame } from './attribution.ts';
import { cdnCodeOf } from './cdn.ts';
import type { Disturbance } from './disturbances.ts';
import { outcomeOf } from './outcomes.ts';

/** One request: what became of it, and why. */
export interface Judged {
  readonly request: RequestRecord;
  readonly outcome: Outcome;
  readonly lost: boolean;
  /** null: not lost. */
  readonly cause: Cause | null;
  /** Its path shows the cause; else only the time speaks for it. */
  readonly proven: boolean;
  /** Records of its path that contradict each other; null: they agree, or it was not lost. */
  readonly contradiction: string | null;
  readonly cdn: CdnCode | null;
  /** What it was lost to; null: to nothing that was done, or not lost. */
  readonly disturbance: Disturbance | null;
}

export function judgeRequest(request: RequestRecord, blame: Blame, plan: AnyPlan, time: ClusterTime): Judged {
  const outcome = outcomeOf(request, plan.edge, time);
  if (!isLost(outcome)) {
    const nothing = { cause: null, proven: false, contradiction: null, cdn: null, disturbance: null };
    return { request, outcome, lost: false, ...nothing };
  }
  const { cause, proven, contradiction, injection } = attribute(request, blame);
  const cdn = cdnCodeOf(request, outcome, time);
  const disturbance =
    outcome === 'local-error'
      ? null
      : disturbanceOf(request, { cause, injection }, blame, lostAt(request, plan, time));
  return { request, outcome, lost: true, cause, proven, contradiction, cdn, disturbance };
}

/**
 * The latest disturbance before the loss whose effect it can be: by its cause if its path shows one, else by the time.
 */
function disturbanceOf(
  request: RequestRecord,
  { cause, injection }: Pick<Attribution, 'cause' | 'injection'>,
  { disturbances }: Blame,
  at: Nanoseconds,
): Disturbance | null {
  const before = disturbances.filter((one) => one.at <= at);
  const { of } = causeTraits[cause];
  if (of === 'latest') return before.at(-1) ?? null;
  // Of several nodes in a row, or pods of a rollout, the one that its path shows.
  const own = (one: Disturbance) =>
    isPartOf(one.kind, of) && (injection === null || hitsSame(one, injection));
  const latest = before.findLast(own) ?? null;
  return latest ?? (of === 'fault' ? firstOfFault(request, disturbances.filter(own)) : null);
}

const hitsSame = (one: Disturbance, other: Disturbance): boolean =>
  one === other ||
  (one.pods === null && other.pods === null && one.nodes.some((node) => other.nodes.includes(node)));

/** A stream that the fault cut within its last chunk may seem to have fallen silent before it. */
const firstOfFault = ({ lane, endedAt }: RequestRecord, disturbances: readonly Disturbance[]) =>
  lane !== null ? null : (disturbances.find(({ at }) => at <= endedAt) ?? null);

/**
 * When it was lost, as far as that is known: a probe by when it was due, a stream that fell silent when its next chunk
 * failed to come, any other when it ended.
 */
function lostAt(
  { lane, dueAt, startedAt, endedAt, lastByteAt, outcome }: RequestRecord,
  plan: AnyPlan,
  time: ClusterTime,
): Nanoseconds {
  if (lane !== null) return dueAt;
  if (!isSilent(outcome)) return endedAt;
  if (lastByteAt === null) return startedAt;
  return Math.min(endedAt, lastByteAt + time.ns(2 * chunkIntervalMs(plan)));
}

export const chunkIntervalMs = ({ load }: AnyPlan): number =>
  Math.max(0, ...load.map((one) => (one.kind === 'streams' ? one.chunkIntervalMs : 0)));
