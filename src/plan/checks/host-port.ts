import { type PolicyName, policyTraits } from '../../catalogue/policies.ts';
import { switchovers } from '../../catalogue/switchovers.ts';
import type { Problem } from '../../scenario/error.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { hasNodesPort } from '../host-port.ts';
import { fittingNodes } from '../placement.ts';
import type { Plan } from '../schema.ts';
import type { PathTo } from './path.ts';

/** What a port of the node asks for, and what has no meaning beside it. */
export function hostPortProblems(plan: Plan, { edge: written }: Scenario, pathTo: PathTo): Problem[] {
  const { ingress, nodes, edge, trials, provider } = plan;
  const problems: Problem[] = [];
  const { sendsTo } = { ...written.overrides };
  if (!hasNodesPort(ingress)) {
    if (sendsTo !== 'hostPort') return [];
    const what = `edge.overrides.sendsTo is hostPort, and the ingress has no port of its nodes on ${provider}`;
    const hint = 'add ingress.hostNetwork: true or ingress.hostPort: true';
    return [{ path: pathTo('edge', 'overrides', 'sendsTo'), what, hint }];
  }
  const room = fittingNodes(nodes, ingress).length;
  if (ingress.kind === 'Deployment' && ingress.replicas > room) {
    problems.push({
      path: ['ingress', 'replicas'],
      what: `${ingress.replicas} ingress pods with a port of their node need as many nodes, and ${room} fit`,
      hint: `set replicas to at most ${room}, or kind: DaemonSet`,
    });
  }
  const steps = trials.map(({ policy }) => policy).find(needsThePolicy);
  if (edge.hostPort !== undefined && steps !== undefined) {
    problems.push({
      path: pathTo('policies'),
      what: `${steps} has nothing to change: the balancer sends to a port of the nodes, past the Service`,
      hint: 'remove it, or add edge.overrides.sendsTo: nodePort',
    });
  }
  return problems;
}

function needsThePolicy(policy: PolicyName | null): boolean {
  const { switchover } = policyTraits(policy);
  return switchover !== null && (switchovers[switchover].needs ?? []).includes('policy-matters');
}
