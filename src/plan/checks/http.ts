import type { Problem } from '../../scenario/error.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Plan } from '../schema.ts';
import type { PathTo } from './path.ts';

/** What a balancer that speaks HTTP cannot do, and what only it can. */
export function httpProblems(plan: Plan, { edge: written }: Scenario, pathTo: PathTo): Problem[] {
  const { edge, ingress } = plan;
  const { preset } = edge;
  const overrides = { ...written.overrides };
  const override = (key: keyof typeof overrides) => pathTo('edge', 'overrides', key);
  if (edge.http === undefined) {
    if (overrides.idleTimeout === undefined) return [];
    const what = `edge.overrides.idleTimeout is of a balancer that speaks HTTP, and ${preset} passes connections on`;
    return [{ path: override('idleTimeout'), what, hint: 'remove it, or use aws-alb or haproxy-http' }];
  }
  const problems: Problem[] = [];
  if (edge.mode === 'passthrough') {
    const what = `${preset} speaks HTTP, so it makes connections of its own`;
    problems.push({ path: override('mode'), what, hint: 'remove mode, or choose another edge.preset' });
  }
  if (ingress.tls) {
    const what = `${preset} reads HTTP itself, and ingress.tls has TLS end behind it`;
    problems.push({
      path: ['ingress', 'tls'],
      what,
      hint: 'remove ingress.tls, or choose another edge.preset',
    });
  }
  // Whoever ends connections itself has no packets to drop.
  if (edge.onRemoved === 'silence' || edge.onFlip === 'recreate-address') {
    const key = edge.onRemoved === 'silence' ? 'onRemoved' : 'onFlip';
    const what = `edge.overrides.${key}: ${edge[key]} is of a balancer that passes packets on, and ${preset} speaks HTTP`;
    problems.push({ path: override(key), what, hint: 'remove it, or choose another edge.preset' });
  }
  return problems;
}
