import { blockLines, sealer } from '../../src/history/checksum.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';

/**
 * The text of a history file, with its checksums as our writer puts them: one after the header, one after each `every`
 * lines, one at the end. A string is a line as it is (without its end), whatever it says.
 */
export function sealedText(lines: readonly (HistoryEvent | string)[], every = blockLines): string {
  const seal = sealer();
  const out: string[] = [];
  lines.forEach((line, index) => {
    const text = `${typeof line === 'string' ? line : JSON.stringify(line)}\n`;
    seal.add([text], Buffer.from(text));
    out.push(text);
    const ends = index === 0 || index === lines.length - 1 || seal.unsealed.lines === every;
    if (ends) out.push(seal.seal(index));
  });
  return out.join('');
}
