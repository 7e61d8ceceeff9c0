/**
 * A copy of its own. What V8 cuts out of a text in 13 characters or more only points into that text: kept, it would keep
 * a megabyte of the file.
 */
export const own = (found: string): string => (found.length < 13 ? found : ` ${found}`.slice(1));

/** So many different texts are remembered, no more. */
const limit = 10_000;

/** What `make` makes of a text, once for all that are equal; for what comes again and again. Undefined is not remembered. */
export function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (found) => {
    const same = known.get(found);
    if (same !== undefined) return same;
    const text = own(found);
    const made = make(text);
    if (known.size >= limit) known.clear();
    if (made !== undefined) known.set(text, made);
    return made;
  };
}
