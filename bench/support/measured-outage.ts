import * as z from 'zod';

/** When the server was away, CLOCK_MONOTONIC ns. */
export const outage = z.object({ from: z.number(), to: z.number() });
export type Outage = z.infer<typeof outage>;

export interface Probed {
  readonly dueAt: number;
  readonly ok: boolean;
}

/**
 * The outage as probes see it, ms: from the first that fails, by due times, to the first good one after the last that
 * fails. Probes due more than `aroundNs` before or after the true one are not looked at. Null where none failed.
 */
export function measuredOutage(probes: readonly Probed[], truth: Outage, aroundNs: number): number | null {
  const near = probes
    .filter(({ dueAt }) => dueAt >= truth.from - aroundNs && dueAt <= truth.to + aroundNs)
    .sort((one, other) => one.dueAt - other.dueAt);
  const first = near.find(({ ok }) => !ok);
  const last = near.findLast(({ ok }) => !ok);
  if (first === undefined || last === undefined) return null;
  const good = near.find(({ dueAt, ok }) => ok && dueAt > last.dueAt);
  return good === undefined ? null : (good.dueAt - first.dueAt) / 1e6;
}
