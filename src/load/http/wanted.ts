import type { Nanoseconds } from '../../base/units.ts';
import type { AnswerEnding } from './classify.ts';

/** What a whole answer must have beside HTTP's framing, which an orderly cut satisfies as well. Null: anything will do. */
export interface WantedAnswerChecks {
  readonly bytes: number | null;
  /** The body's last characters, white space at its end apart. */
  readonly end: string | null;
  readonly minNs: Nanoseconds | null;
}

/** The last bytes of a body. */
export interface Tail {
  push(bytes: Buffer): void;
  text(): string;
}

/** White space that may follow the wanted end, bytes. */
const slack = 64;

export function tailOf({ end }: WantedAnswerChecks): Tail | null {
  if (end === null) return null;
  const most = Buffer.byteLength(end) + slack;
  let kept = Buffer.alloc(0);
  return {
    push(bytes) {
      kept = Buffer.concat([kept.subarray(-most), bytes.subarray(-most)]);
    },
    text: () => kept.toString('utf8'),
  };
}

/** What a seemingly whole answer really is, and which of the checks shows it; null: it is whole. */
export function wantOf(
  { bytes, end, minNs }: WantedAnswerChecks,
  seen: { readonly bytes: number; readonly tail: Tail | null; readonly ns: Nanoseconds },
): { readonly ending: AnswerEnding; readonly why: string } | null {
  if (bytes !== null && seen.bytes > bytes) return { ending: 'wrong', why: 'expect-bytes' };
  if (bytes !== null && seen.bytes < bytes) return { ending: 'fin', why: 'expect-bytes' };
  if (end !== null && !(seen.tail?.text().trimEnd().endsWith(end.trimEnd()) ?? false))
    return { ending: 'fin', why: 'expect-end' };
  return minNs !== null && seen.ns < minNs ? { ending: 'fin', why: 'min-time' } : null;
}
