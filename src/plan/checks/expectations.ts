import { faultTraits } from '../../catalogue/faults.ts';
import { isSwitchover } from '../../catalogue/policies.ts';
import type { Problem } from '../../scenario/error.ts';
import type { Plan, PlannedExpectation } from '../schema.ts';

type Policy = Plan['trials'][number]['policy'];

/** Expectations that no trial of this plan can judge, or that none can meet or miss. */
export function expectationProblems(plan: Plan): Problem[] {
  return plan.expectations.flatMap((expectation): Problem[] => {
    const { policy, metric } = expectation;
    const path = ['expect', policy ?? 'all', metric];
    const policies = [...new Set(plan.trials.map((trial) => trial.policy))];
    const concerned = policies.filter((one) => policy === null || one === policy);
    const reasons = concerned.flatMap((one) => {
      const reason = whyNotMeasured(plan, one, metric);
      return reason === null ? [] : [{ one, reason }];
    });
    const [first] = reasons;
    if (first !== undefined) {
      const of = policy === null && reasons.length < concerned.length ? ` under ${first.one}` : '';
      const what = `'${metric}' cannot be measured${of}: ${first.reason}`;
      return [
        {
          path,
          what,
          hint: of === '' ? 'remove it, or add what it needs' : 'expect it of the other policies alone',
        },
      ];
    }
    const bound = beyondCohort(plan, expectation);
    return bound === null ? [] : [{ path, ...bound }];
  });
}

const ofStreams =
  /^(lost|lostAt.*|avoidableByLocal|outcome\..*|cdn\..*|predictedMatches|longestSilence)$|^lost\./;
const ofNewProbes = ['probes.new.failed', 'failover', 'disruption', 'firstFailedProbe', 'lastFailedProbe'];
const ofReusedProbes = ['probes.reused.failed', 'failoverReused'];
const ofFault = ['lostAtFault', 'predictedMatches', 'nodeNotReady', 'endpointsRemoved', 'nodeReadmitted'];
const ofDeath = ['nodeNotReady'];
/** Clocks of what only a fault does to a node. */
const neverOfFlip = ['nodeNotReady', 'endpointsRemoved', 'nodeReadmitted'];
const ofDisturbance = [...ofNewProbes.slice(1), 'failoverReused', 'edgeEjected', 'longestSilence'];

/** What is read from a balancer's log or from midflight's own app. */
const ofPath =
  /^(predictedMatches|avoidableByLocal|lostAtFault|edgeEjected|nodeReadmitted|sourceAddress)$|^lost\.(?!(share|switchover)$)/;

/** Why a metric has no value in any trial of a policy; null: it has. */
function whyNotMeasured(plan: Plan, policy: Policy, written: string): string | null {
  const { load, fault, observe } = plan;
  const flips = isSwitchover(policy);
  const ofFlip = written.startsWith('flip.');
  const metric = ofFlip ? written.slice('flip.'.length) : written;
  const probes = (lane: 'new' | 'reused') =>
    load.some((item) => item.kind === 'probe' && item.lanes.includes(lane));
  if (plan.ownCluster !== undefined && ofPath.test(metric))
    return 'the balancer of a cluster of yours keeps no log, so no request has a path';
  if (ofStreams.test(metric) && !load.some(({ kind }) => kind === 'streams'))
    return 'the load has no streams';
  if (ofNewProbes.includes(metric) && !probes('new')) return 'the load has no probe on new connections';
  if (ofReusedProbes.includes(metric) && !probes('reused'))
    return 'the load has no probe on kept connections';
  if ((ofFlip || metric === 'lostAtFlip') && !flips) return `${policy} flips nothing`;
  if (ofFlip) return neverOfFlip.includes(metric) ? 'a flip does nothing of the kind' : null;
  if (ofFault.includes(metric) && fault === null) return 'there is no fault';
  if (ofDisturbance.includes(metric) && fault === null && !flips)
    return 'there is neither a fault nor a flip';
  if (fault === null || !ofFault.includes(metric)) return null;
  if (metric === 'endpointsRemoved' && fault.target.runs === 'nothing') return 'the node runs no pod';
  if (!ofDeath.includes(metric)) return null;
  if (!faultTraits[fault.kind].losesLease) return `${fault.kind} leaves the node Ready`;
  return observe === 'short' ? 'observe: short does not wait for it' : null;
}

const ofCohort = /^(lost|lostAt.*|avoidableByLocal|outcome\..*|cdn\..*)$|^lost\.(?!share$)/;

/** A cohort that is not renewed cannot lose more streams than it has. */
function beyondCohort(
  { load }: Plan,
  { metric, op, value, text }: PlannedExpectation,
): { what: string; hint: string } | null {
  if (!ofCohort.test(metric) || typeof value !== 'number') return null;
  const streams = load.flatMap((item) => (item.kind === 'streams' ? [item] : []));
  if (streams.some(({ renew }) => renew)) return null;
  const all = streams.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const hint = `there are ${all} streams: write a condition that a run can meet or miss`;
  if ((op === '<=' && value >= all) || (op === '<' && value > all))
    return { what: `'${text}' is always true`, hint };
  if ((op === '>' && value >= all) || ((op === '>=' || op === '==') && value > all))
    return { what: `'${text}' can never be true`, hint };
  return null;
}
