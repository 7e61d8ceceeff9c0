import { visibleLine } from '../base/visible.ts';
import { wrap } from '../reports/table.ts';
import type { Io } from './io.ts';

/** A note beside the results; on a terminal its lines break between words. */
export function writeNote(output: Io['stderr'], text: string): void {
  const line = `midflight: note: ${visibleLine(text)}`;
  const columns = output.columns || Number.POSITIVE_INFINITY;
  output.write(`${wrap(line, columns, '  ').join('\n')}\n`);
}
