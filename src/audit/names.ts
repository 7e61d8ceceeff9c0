/** Names for a sentence; more than `most` are counted. */
export function listNames(names: readonly string[], most = 10): string {
  const sorted = [...names].sort();
  if (sorted.length <= most) return sorted.join(', ');
  return `${sorted.slice(0, most).join(', ')} and ${sorted.length - most} more`;
}
