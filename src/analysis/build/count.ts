/** How often each key occurs; null counts for none. */
export function countBy<K extends string>(keys: Iterable<K | null>): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

export function addCounts<K extends string>(
  all: readonly Partial<Record<K, number>>[],
): Partial<Record<K, number>> {
  const total: Partial<Record<K, number>> = {};
  for (const counts of all) {
    for (const key of Object.keys(counts) as K[]) total[key] = (total[key] ?? 0) + (counts[key] ?? 0);
  }
  return total;
}

export const sumOf = (counts: Partial<Record<string, number>> | undefined): number =>
  Object.values(counts ?? {}).reduce<number>((total, count) => total + (count ?? 0), 0);
