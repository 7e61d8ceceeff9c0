/*
 * Text from scenarios, histories and other programs may hold what a terminal or a log viewer obeys instead of showing:
 * escape sequences, other control characters, marks that turn the direction of writing. Made visible at the boundary where
 * text leaves midflight, in one way: `\u{1b}`.
 */

/**
 * C0 and DEL but for tab and line feed, C1, line and paragraph separators, lone halves of characters, and what is invisible
 * or changes the direction (Unicode's Cf, but for the joiners that scripts and emoji need: U+200C, U+200D).
 */
const hidden = /(?![\t\n])\p{Cc}|[\u2028\u2029]|(?![\u200c\u200d])\p{Cf}|\p{Cs}/gu;

const escaped = (character: string) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** The text with every hidden character in view; line feeds and tabs stay. */
export const visible = (text: string): string => text.replaceAll('\r\n', '\n').replaceAll(hidden, escaped);

/** The same on one line: nothing in it can pass for a line of ours. */
export const visibleLine = (text: string): string => visible(text.trim().replaceAll(/\s*[\n\t]\s*/g, ' '));

/** Everything that is text in it, keys too, on one line each. */
export function visibleDeep<T>(value: T): T;
export function visibleDeep(value: unknown): unknown {
  if (typeof value === 'string') return visibleLine(value);
  if (Array.isArray(value)) return value.map((item) => visibleDeep(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [visibleLine(key), visibleDeep(item)]),
  );
}

/** JSON with the same characters as escapes: other text, the same value. */
export const visibleJson = (json: string): string =>
  json.replaceAll(hidden, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
