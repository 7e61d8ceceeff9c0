import type { ServiceCheck } from './check.ts';

const shared = {
  scenario: 'switchover.yaml',
  of: 'service',
  needs: [],
} as const;

export const flipVipOutage: ServiceCheck = {
  ...shared,
  id: 'MF006',
  name: 'flip-vip-outage',
  severity: 'critical',
  words: 'On this balancer a change of policy takes the address away until it is made anew.',
  find: replaces(
    'address',
    'every connection is cut and nobody answers until the forwarding rule is made anew',
  ),
};

export const flipReplacesTargetGroup: ServiceCheck = {
  ...shared,
  id: 'MF007',
  name: 'flip-replaces-target-group',
  severity: 'high',
  words:
    'On this balancer a change of policy moves the listener to a target group that no check has passed yet.',
  find: replaces(
    'target-group',
    'the listener moves to a new target group, whose targets have passed no check yet',
  ),
};

/**
 * Who runs Cluster with nodes that only pass on has a reason to change the policy: then it counts in full. Else it is worth
 * knowing before somebody does.
 */
function replaces(what: 'address' | 'target-group', meaning: string): ServiceCheck['find'] {
  return ({ balancer, policy, transit }) => {
    const { toLocal, name, source } = balancer.kind;
    if (toLocal.replaces !== what) return null;
    const hasReason = policy === 'Cluster' && transit?.length !== 0;
    return {
      ...(hasReason ? {} : { severity: 'info' as const }),
      confidence: balancer.confidence,
      summary: `do not change the policy in place: ${meaning}`,
      evidence: [`${name}: ${balancer.evidence}`, source],
      remedy: { text: `instead: ${toLocal.cure?.text ?? 'a second Service, and DNS'}` },
    };
  };
}
