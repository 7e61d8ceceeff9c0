import { MidflightError } from '../base/errors.ts';
import { pick, seededRandom, seedOf } from '../base/random.ts';
import type { NodeName } from '../base/units.ts';
import { faultTraits, takesWorkload } from '../catalogue/faults.ts';
import { zoneLabel } from '../catalogue/zones.ts';
import { hasLabels } from '../kube/labels.ts';
import { placementOf } from './placement.ts';
import type { Plan, PlannedFault } from './schema.ts';

/** What the choice needs of a node, planned or real. */
interface TargetNode {
  readonly name: NodeName;
  readonly pool: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly controlPlane?: boolean;
}

/** Which nodes run pods of the workload. */
export interface Running {
  readonly ingress: ReadonlySet<NodeName>;
  readonly app: ReadonlySet<NodeName>;
}

type Target = PlannedFault['target'];

/** Each part of the selector on its own, so that an error can name the one that matched nothing. */
const parts: { name: keyof Target; matches(target: Target, node: TargetNode, running: Running): boolean }[] =
  [
    { name: 'node', matches: ({ node: wanted }, node) => wanted === undefined || node.name === wanted },
    { name: 'pool', matches: ({ pool }, node) => pool === undefined || node.pool === pool },
    {
      name: 'labels',
      matches: ({ labels = {} }, node) => hasLabels(labels, node.labels),
    },
    { name: 'zone', matches: ({ zone }, { labels }) => zone === undefined || labels[zoneLabel] === zone },
    {
      name: 'runs',
      matches: ({ runs }, { name }, running) => runs === undefined || runsIt(runs, name, running),
    },
  ];

function runsIt(what: NonNullable<Target['runs']>, node: NodeName, { ingress, app }: Running): boolean {
  if (what === 'nothing') return !ingress.has(node) && !app.has(node);
  return (what === 'ingress' ? ingress : app).has(node);
}

const nothingRuns: Running = { ingress: new Set(), app: new Set() };

/** Whether the node satisfies every part but `runs`. */
export function matchesByItself(target: Target, node: TargetNode): boolean {
  return parts.every(({ name, matches }) => name === 'runs' || matches(target, node, nothingRuns));
}

/** The nodes that satisfy every part, sorted by name. Throws `no-target` if there are none. */
export function targetCandidates(
  fault: Pick<PlannedFault, 'target' | 'kind' | 'pod'>,
  nodes: readonly TargetNode[],
  running: Running,
): NodeName[] {
  let left = nodes.filter(({ controlPlane }) => controlPlane !== true);
  for (const { name, matches } of parts) {
    const matching = left.filter((node) => matches(fault.target, node, running));
    if (matching.length === 0) {
      throw new MidflightError('no-target', `fault.target matches no node: ${describe(fault.target, name)}`, {
        hint: `the nodes left before that: ${left.map((node) => node.name).join(', ') || 'none'}`,
      });
    }
    left = matching;
  }
  if (faultTraits[fault.kind].aims === 'pod') left = left.filter(({ name }) => running[fault.pod].has(name));
  if (left.length === 0) {
    const what = `fault.target matches no node that runs a pod of ${fault.pod}, which ${fault.kind} needs`;
    throw new MidflightError('no-target', what, {
      hint: `nodes that do: ${[...running[fault.pod]].sort().join(', ') || 'none'}; fault.pod says which pod is taken`,
    });
  }
  return left.map(({ name }) => name).sort();
}

function describe(target: Target, part: keyof Target): string {
  const value = target[part];
  return `no node satisfies ${part}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;
}

/**
 * The nodes of one repeat, in the order in which they are hit: the same under every policy, so that they compare. Throws
 * `no-target` if there are fewer than `count`.
 */
export function chooseTargets(
  seed: number,
  repeat: number,
  candidates: readonly NodeName[],
  count: Target['count'] = 1,
): NodeName[] {
  const wanted = count === 'all' ? candidates.length : count;
  if (candidates.length < wanted) {
    throw new MidflightError(
      'no-target',
      `fault.target.count is ${wanted}, and ${candidates.length === 1 ? '1 node matches' : `${candidates.length} nodes match`}`,
      { hint: `nodes that match: ${candidates.join(', ') || 'none'}` },
    );
  }
  const random = seededRandom(seedOf(seed, 'target', repeat));
  const chosen: NodeName[] = [];
  while (chosen.length < wanted) {
    const left = candidates.filter((node) => !chosen.includes(node));
    chosen.push(pick(random, left) ?? '');
  }
  return chosen;
}

/** The nodes that each repeat's fault would hit, were the pods placed as planned; none without a fault, or if no node is known. */
export function plannedTargets({ fault, nodes, ingress, app, seed, repeats }: Plan): NodeName[][] {
  if (fault === null || nodes.length === 0) return [];
  if (takesWorkload(faultTraits[fault.kind])) return Array.from({ length: repeats }, () => []);
  const candidates = targetCandidates(fault, nodes, {
    ingress: new Set(placementOf(nodes, ingress).keys()),
    app: new Set(placementOf(nodes, app).keys()),
  });
  return Array.from({ length: repeats }, (_, repeat) =>
    chooseTargets(seed, repeat, candidates, fault.target.count),
  );
}
