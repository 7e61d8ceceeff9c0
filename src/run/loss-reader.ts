import type { HistoryEvent } from '../history/schema.ts';

/** What the end of a request cost: a stream, or a probe of this lane (`new`, `reused`). Null: nothing. */
type Loss = { readonly lane: string | null } | null;

/** Returns what each event has cost; call it in their order: an end is a probe's if its start was. */
export function lossReader(): (event: HistoryEvent) => Loss {
  const lanes = new Map<string, string>();
  return (event) => {
    if (event.type === 'start' && event.kind === 'probe') lanes.set(event.id, event.lane ?? 'new');
    if (event.type !== 'end') return null;
    const lane = lanes.get(event.id) ?? null;
    lanes.delete(event.id);
    return event.outcome === 'completed' || event.outcome === 'cancelled' ? null : { lane };
  };
}
