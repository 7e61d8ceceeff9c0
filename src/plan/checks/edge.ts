import type { Problem } from '../../scenario/error.ts';
import type { Plan } from '../schema.ts';
import type { PathTo } from './path.ts';

/** What a preset and its overrides are together. */
export function edgeProblems({ edge }: Plan, pathTo: PathTo): Problem[] {
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
  return problems;
}
