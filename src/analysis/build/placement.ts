import type { Nanoseconds, NodeName } from '../../base/units.ts';
import type { Endpoints, RunRecord, TrialRecord, WorkloadPart } from '../records.ts';

/** Where ready pods of ingress and app were as a trial's load began, by node. */
export interface Placement {
  readonly ingress: ReadonlyMap<string, number>;
  readonly app: ReadonlyMap<string, number>;
  /** By node, the ready ingress pods as the load began; of a node that had none, the most that it had later. */
  readonly mostIngress: ReadonlyMap<string, number>;
  /**
   * Ready ingress pods on a node as the load began; of a node that had none, at this instant: a switchover may copy the ingress
   * to more nodes and take the copies back.
   */
  ingressOn(node: NodeName, at: Nanoseconds): number;
}

/** What was arranged before the load began counts. */
export function recordedPlacement(run: Pick<RunRecord, 'partOf'>, trial: TrialRecord): Placement {
  const ramp = trial.phases.find(({ phase }) => phase === 'ramp')?.t ?? Number.NEGATIVE_INFINITY;
  const known = endpointsAt(trial, ramp);
  const ingress = readyPods(ofPart(known, 'ingress', run));
  const later = changesOfIngress(run, trial, known, ramp);
  const most = new Map<string, number>();
  for (const [node, count] of later.flatMap((one) => [...one.ingress]))
    most.set(node, Math.max(count, most.get(node) ?? 0));
  return {
    ingress,
    mostIngress: new Map([...most, ...ingress]),
    app: readyPods(ofPart(known, 'app', run)),
    ingressOn: (node, at) => ingress.get(node) ?? later.findLast(({ t }) => t <= at)?.ingress.get(node) ?? 0,
  };
}

/** The ready ingress pods by node, after each change since an instant. */
function changesOfIngress(
  run: Pick<RunRecord, 'partOf'>,
  { endpoints }: TrialRecord,
  before: ReadonlyMap<string, Endpoints>,
  since: Nanoseconds,
): { readonly t: Nanoseconds; readonly ingress: ReadonlyMap<string, number> }[] {
  const known = new Map(before);
  return endpoints.flatMap(({ t, service, endpoints: now }) => {
    if (t <= since || run.partOf(service) !== 'ingress') return [];
    known.set(service, now);
    return [{ t, ingress: readyPods(ofPart(known, 'ingress', run)) }];
  });
}

/** The endpoints of each Service at an instant, as far as they were seen by then. */
export function endpointsAt(
  { before, endpoints }: Pick<TrialRecord, 'before' | 'endpoints'>,
  at: Nanoseconds,
): ReadonlyMap<string, Endpoints> {
  const known = new Map(before.endpoints);
  for (const event of endpoints) if (event.t <= at) known.set(event.service, event.endpoints);
  return known;
}

/** The endpoints of the Services that lead to one part of the workload. */
export const ofPart = (
  known: ReadonlyMap<string, Endpoints>,
  part: WorkloadPart,
  { partOf }: Pick<RunRecord, 'partOf'>,
): Endpoints[] => [...known].flatMap(([service, endpoints]) => (partOf(service) === part ? [endpoints] : []));

/** Ready pods by node. One that several Services lead to counts once. */
export function readyPods(lists: readonly Endpoints[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const pods = new Set<string>();
  for (const { node, pod, address, ready } of lists.flat()) {
    const own = pod ?? address;
    if (!ready || node === null || pods.has(own)) continue;
    pods.add(own);
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

/** Pods on one node as a share of all. */
export function shareOn(counts: ReadonlyMap<string, number>, node: string): number {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : (counts.get(node) ?? 0) / all;
}
