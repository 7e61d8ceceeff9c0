import { MidflightError } from '../base/errors.ts';
import { type FaultKind, traitsOf } from '../catalogue/faults.ts';
import type { NoticeTraits } from '../catalogue/notices.ts';
import { isPolicyName, type PolicyName, policies } from '../catalogue/policies.ts';
import { switchovers } from '../catalogue/switchovers.ts';
import type { FaultMeaning, PolicyMeaning, TrialMeaning } from './events/meaning.ts';
import type { EventOf } from './schema.ts';

/** What the history records of the policy and the fault of a trial. `notice`: the one played, if not the fault's. */
export const meaningFor = (
  policy: PolicyName | null,
  fault: FaultKind | null,
  notice?: NoticeTraits | null,
): TrialMeaning => ({
  policy: policy === null ? null : policyMeaningOf(policy),
  fault: fault === null ? null : faultMeaningOf(fault, notice),
});

/**
 * What a trial's policy and fault mean. Histories that were written before this was recorded name them only: those names are
 * looked up. Throws `bad-history` for a name that this version does not know.
 */
export function meaningOf({ meaning, policy, fault }: EventOf<'trial-start'>): TrialMeaning {
  return meaning ?? meaningFor(policy, fault?.kind ?? null);
}

function policyMeaningOf(name: string): PolicyMeaning {
  if (!isPolicyName(name)) throw unknown('policy', name);
  const { initial, final, switchover, trafficDistribution, arrangement } = policies[name];
  return {
    initial,
    final,
    switchover,
    ...(switchover === null || switchovers[switchover].isOnePatch === true ? {} : { inSteps: true as const }),
    ...(trafficDistribution === null ? {} : { trafficDistribution }),
    ...(arrangement === undefined ? {} : { arrangement }),
  };
}

function faultMeaningOf(name: string, played?: NoticeTraits | null): FaultMeaning {
  const traits = traitsOf(name);
  if (traits === null) throw unknown('fault', name);
  const { takes, noun, afterNotice, aims, silencesNode, evicts, ownGrace, failsNew } = traits;
  const notice = played === undefined ? traits.notice : played;
  return {
    noun,
    afterNotice,
    takes: takes === 'pod' ? takes : [...takes],
    aims,
    silencesNode,
    evicts,
    ownGrace,
    ...(failsNew === undefined ? {} : { failsNew }),
    notice:
      notice === null ? null : { ms: notice.ms, ordinaryMs: notice.ordinaryMs, endedBy: notice.endedBy },
  };
}

const unknown = (what: string, name: string) =>
  new MidflightError('bad-history', `the history has a trial of ${what} '${name}'`, {
    hint: 'a newer midflight may have written it; make the report with that version',
  });
