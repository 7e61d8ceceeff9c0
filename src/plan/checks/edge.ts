import { type FaultTraits, faultTraits } from '../../catalogue/faults.ts';
import type { Problem } from '../../scenario/error.ts';
import type { Plan } from '../schema.ts';
import type { PathTo } from './path.ts';

/** What a preset and its overrides are together. */
export function edgeProblems({ edge, fault }: Plan, pathTo: PathTo): Problem[] {
  const problems: Problem[] = [];
  if (edge.mode === 'proxy' && edge.upstreamConnectTimeoutMs === 0) {
    problems.push({
      path: pathTo('edge', 'overrides', 'mode'),
      what: `mode: proxy needs a time-out for its own connections, and the preset ${edge.preset} has none`,
      hint: 'add upstreamConnectTimeout, such as 5s',
    });
  }
  if (edge.onEjected === 'drain' && edge.drainTimeoutMs === 0) {
    problems.push({
      path: pathTo('edge', 'overrides', 'onEjected'),
      what: 'onEjected: drain with a drainTimeout of 0 leaves no time to drain',
      hint: 'add drainTimeout, such as 30s, or write onEjected: reset',
    });
  }
  const traits: FaultTraits | null = fault === null ? null : faultTraits[fault.kind];
  if (traits?.joins === true && edge.excludeLabel === 'ignored') {
    problems.push({
      path: ['fault', 'kind'],
      what: `${fault?.kind} needs a balancer that the exclude label keeps from a node, and ${edge.preset} ignores it`,
      hint: 'choose another edge.preset',
    });
  }
  return problems;
}
