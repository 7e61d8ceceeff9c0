import { visibleLine } from '../base/visible.ts';

const longest = 60;

/** A value of the file as a message shows it: short, on one line, control and direction characters escaped. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, longest + 1) : value);
  return shortened(visibleLine(text ?? String(value)));
}

/** A key or name of the file, without quotes. */
export const showName = (text: string): string => shortened(visibleLine(text.slice(0, longest + 1)));

const shortened = (text: string) => (text.length > longest ? `${text.slice(0, longest - 3)}...` : text);
