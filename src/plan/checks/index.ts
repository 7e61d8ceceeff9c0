import { type PlacedProblem, type Problem, ScenarioError } from '../../scenario/error.ts';
import type { LoadedScenario } from '../../scenario/load.ts';
import type { Plan } from '../schema.ts';
import { agentsProblems } from './agents.ts';
import { edgeProblems } from './edge.ts';
import { expectationProblems } from './expectations.ts';
import { hostPortProblems } from './host-port.ts';
import { httpProblems } from './http.ts';
import { loadProblems } from './load.ts';
import { nodeProblems } from './nodes.ts';
import { madeClusterProblems, ownClusterProblems } from './own-cluster.ts';
import type { PathTo } from './path.ts';
import { speedProblems } from './speed.ts';
import { targetProblems } from './target.ts';
import { lengthProblems, timingProblems } from './timing.ts';
import { upstreamProblems } from './upstream.ts';

/** Throws ScenarioError with all that makes a plan impossible, or its figures wrong without anyone noticing. */
export function checkPlan(plan: Plan, { scenario, file, nearest }: LoadedScenario): void {
  const block = scenario.providers[plan.provider];
  // A provider's block goes before the file.
  const pathTo: PathTo = (key, ...rest) =>
    block !== undefined && Object.hasOwn(block, key) && withinBlock(block[key as keyof typeof block], rest)
      ? ['providers', plan.provider, key, ...rest]
      : [key, ...rest];
  const places = [...nodeProblems(plan), ...targetProblems(plan)];
  const problems: Problem[] = [
    ...places,
    // How long a trial takes depends on the fault's target.
    ...(places.length === 0 ? [...loadProblems(plan, pathTo), ...lengthProblems(plan, pathTo)] : []),
    ...agentsProblems(plan, pathTo),
    ...madeClusterProblems(plan),
    ...(block?.service === undefined ? [] : ownClusterProblems(plan, pathTo)),
    ...edgeProblems(plan, pathTo),
    ...hostPortProblems(plan, scenario, pathTo),
    ...httpProblems(plan, scenario, pathTo),
    ...upstreamProblems(scenario),
    ...timingProblems(plan, pathTo),
    ...speedProblems(plan, pathTo),
    ...expectationProblems(plan),
  ];
  if (problems.length === 0) return;
  const placed = problems.map(({ path, ...words }): PlacedProblem => ({ file, ...nearest(path), ...words }));
  throw new ScenarioError(placed.sort((a, b) => a.line - b.line || a.col - b.col));
}

/** A block's map lies over the file's key by key; a list or value of it replaces the file's. */
function withinBlock(value: unknown, rest: readonly PropertyKey[]): boolean {
  const [key, ...more] = rest;
  if (key === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  const own: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return own !== undefined && withinBlock(own, more);
}
