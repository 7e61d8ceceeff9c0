import type { RunRecord, TrialRecord } from '../records.ts';

/** Where ready pods of ingress and app were as a trial began, by node. */
export interface Placement {
  readonly ingress: ReadonlyMap<string, number>;
  readonly app: ReadonlyMap<string, number>;
}

export function recordedPlacement(run: RunRecord, trial: TrialRecord): Placement {
  const ingress = new Map<string, number>();
  const app = new Map<string, number>();
  for (const [service, endpoints] of trial.before.endpoints) {
    const counts = service === run.ingressService ? ingress : app;
    for (const { node, ready } of endpoints) {
      if (ready && node !== null) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  return { ingress, app };
}

/** Pods on one node as a share of all. */
export function shareOn(counts: ReadonlyMap<string, number>, node: string): number {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : (counts.get(node) ?? 0) / all;
}
