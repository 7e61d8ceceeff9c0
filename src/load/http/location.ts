/** Characters of a Location that are kept. */
const longest = 200;

/** The target of a redirect: without its query, which may hold a secret, and with nothing that a terminal would obey. */
export function shownLocation(value: string): string {
  return value
    .replace(/[?#].*$/, '')
    .replaceAll(/[^\x21-\x7e]|["\\]/g, '?')
    .slice(0, longest);
}

/** The Location among headers, names and values in turn; null: there is none. */
export function locationIn(headers: readonly string[]): string | null {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'location');
  const value = at === -1 ? undefined : headers[at + 1];
  return value === undefined || value === '' ? null : shownLocation(value);
}
