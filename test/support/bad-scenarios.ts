import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';

const folder = join(packageRoot(), 'test', 'inputs');

/** One bad scenario: the base with some lines replaced, and all that must be said of it. */
interface Row {
  readonly edits: string;
  readonly text: string;
  readonly expected: string;
}

/** The file with these lines (from 1) replaced: `8|  - x |12|y`; `\n` is a line break. */
function edited(base: string, edits: string): string {
  const lines = base.split('\n');
  const [, ...parts] = ` |${edits}`.split(/ ?\|(?=\d+\|)/);
  for (const part of parts) {
    const [, line = '', text = ''] = /^(\d+)\|(.*)$/s.exec(part) ?? [];
    lines[Number(line) - 1] = text.replaceAll(/\\n(?![^"]*"[^"]*$)/g, '\n');
  }
  return lines.join('\n');
}

/** Rows of bad-scenarios.txt: a line of edits, below it the output, indented by four spaces. */
export function rows(): Row[] {
  const base = readFileSync(join(folder, 'base.yaml'), 'utf8');
  const found: { edits: string; expected: string }[] = [];
  for (const line of readFileSync(join(folder, 'bad-scenarios.txt'), 'utf8').split('\n')) {
    const last = found.at(-1);
    if (/^\d+\|/.test(line)) found.push({ edits: line, expected: '' });
    else if (line.startsWith('    ') && last !== undefined) last.expected += `${line.slice(4)}\n`;
  }
  return found.map(({ edits, expected }) => ({ edits, expected, text: edited(base, edits) }));
}
