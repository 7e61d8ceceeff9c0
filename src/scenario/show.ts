const longest = 60;

/** A value of the file as a message shows it: short, on one line, control and direction characters escaped. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, longest + 1) : value);
  return shortened(escaped(text ?? String(value)));
}

/** A key or name of the file, without quotes. */
export const showName = (text: string): string => shortened(escaped(text.slice(0, longest + 1)));

const shortened = (text: string) => (text.length > longest ? `${text.slice(0, longest - 3)}...` : text);

/** Cc: control characters, Cf: invisible ones such as U+202E, and the two line separators of Unicode. */
const hidden = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

const escaped = (text: string) =>
  text.replaceAll(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
