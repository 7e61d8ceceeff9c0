/** 1.96: the normal quantile of 95 %, two-sided. */
const z = 1.959963984540054;

/** Wilson's score interval of a proportion at 95 % (E. B. Wilson, JASA 22, 1927). Null where nothing was tried. */
export function wilson(hits: number, tries: number): { low: number; high: number } | null {
  if (tries === 0) return null;
  const share = hits / tries;
  const square = z * z;
  const centre = share + square / (2 * tries);
  const spread = z * Math.sqrt((share * (1 - share)) / tries + square / (4 * tries * tries));
  const scale = 1 + square / tries;
  // At the ends rounding would leave a trace beside 0 and 1.
  return {
    low: hits === 0 ? 0 : (centre - spread) / scale,
    high: hits === tries ? 1 : (centre + spread) / scale,
  };
}

/**
 * Whether two shares of lost requests differ by more than chance at 95 %: zero lies outside of Newcombe's interval of their
 * difference (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10).
 */
export function sharesDiffer(
  one: { readonly lost: number; readonly started: number },
  other: { readonly lost: number; readonly started: number },
): boolean {
  const [first, second] = [wilson(one.lost, one.started), wilson(other.lost, other.started)];
  if (first === null || second === null) return false;
  const [p, q] = [one.lost / one.started, other.lost / other.started];
  const low = p - q - Math.hypot(p - first.low, second.high - q);
  const high = p - q + Math.hypot(first.high - p, q - second.low);
  return low > 0 || high < 0;
}
