import type { Endpoints, RunRecord, TrialRecord } from '../records.ts';

/** Where ready pods of ingress and app were as a trial's load began, by node. */
export interface Placement {
  readonly ingress: ReadonlyMap<string, number>;
  readonly app: ReadonlyMap<string, number>;
}

export function recordedPlacement(run: RunRecord, trial: TrialRecord): Placement {
  const ingress = new Map<string, number>();
  const app = new Map<string, number>();
  for (const [service, endpoints] of atRamp(trial)) {
    const counts = service === run.ingressService ? ingress : app;
    for (const { node, ready } of endpoints) {
      if (ready && node !== null) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  return { ingress, app };
}

/** What was arranged before the load began counts. */
function atRamp({ before, endpoints, phases }: TrialRecord): ReadonlyMap<string, Endpoints> {
  const known = new Map(before.endpoints);
  const ramp = phases.find(({ phase }) => phase === 'ramp')?.t ?? Number.NEGATIVE_INFINITY;
  for (const event of endpoints) if (event.t <= ramp) known.set(event.service, event.endpoints);
  return known;
}

/** Pods on one node as a share of all. */
export function shareOn(counts: ReadonlyMap<string, number>, node: string): number {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : (counts.get(node) ?? 0) / all;
}
