import type { RunRecord, SourceCounts, TrialRecord } from '../records.ts';

/**
 * Whether the ingress saw the address with which the connection reached the transit node: the client's if the edge
 * keeps it, else the edge's own. Null if no request shows it.
 */
export function sourceAddressOf(run: RunRecord, trial: TrialRecord): 'kept' | 'lost' | 'changes' | null {
  const { topology } = run;
  if (topology?.limits.some(({ code }) => code === 'shared-address')) return null;
  const keeps = topology?.edgeKeepsClientAddress ?? true;
  const isKept = (source: string, client: string) =>
    keeps ? source === client : trial.edgeHosts.has(source) || source === topology?.edgeAddress;
  const early = majority(trial.sources.early, isKept);
  const late = majority(trial.sources.late, isKept);
  if (early !== null && late !== null && early !== late) return 'changes';
  return late ?? early;
}

/** One policy gives one answer; a request that crossed the change would be the only other. */
function majority(
  counts: SourceCounts,
  isKept: (source: string, client: string) => boolean,
): 'kept' | 'lost' | null {
  let kept = 0;
  let all = 0;
  for (const { source, client, count } of counts.values()) {
    all += count;
    if (isKept(source, client)) kept += count;
  }
  if (all === 0) return null;
  return kept * 2 > all ? 'kept' : 'lost';
}
