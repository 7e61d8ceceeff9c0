/** 1.96: the normal quantile of 95 %, two-sided. */
const z = 1.959963984540054;

/** Wilson's score interval of a proportion at 95 % (E. B. Wilson, JASA 22, 1927). Null if nothing was tried. */
export function wilson(hits: number, tries: number): { low: number; high: number } | null {
  if (tries === 0) return null;
  const share = hits / tries;
  const square = z * z;
  const centre = share + square / (2 * tries);
  const spread = z * Math.sqrt((share * (1 - share)) / tries + square / (4 * tries * tries));
  const scale = 1 + square / tries;
  // Rounding would leave a trace beside 0 and 1 at the ends.
  return {
    low: hits === 0 ? 0 : (centre - spread) / scale,
    high: hits === tries ? 1 : (centre + spread) / scale,
  };
}
