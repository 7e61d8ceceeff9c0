import type { Outcome } from '../../../src/history/schema.ts';
import type { Cell } from './cell.ts';
import { chunked, endOf, fin, hang, lastChunk, line, type Step, send, wait } from './steps.ts';

export const body = line(0) + line(1) + endOf(2);
export const inChunks = chunked(body) + lastChunk;
export const head = (...headers: string[]) =>
  `HTTP/1.1 200 OK\r\n${headers.map((one) => `${one}\r\n`).join('')}\r\n`;
export const length = `content-length: ${body.length}`;
export const chunks = 'transfer-encoding: chunked';
export const pause = wait(30);

type Outcomes = Outcome | { readonly app: Outcome; readonly framing: Outcome };
export const of = (
  name: string,
  what: string,
  outcome: Outcomes,
  steps: readonly Step[],
  certain: Cell['certain'] = 'at-once',
): Cell => ({
  name,
  what,
  port: 'open',
  on: 'request',
  steps,
  ...(typeof outcome === 'string' ? { app: outcome, framing: outcome } : outcome),
  certain,
  atMost: 200,
});
/** These bytes and then the server keeps the connection: the end is known by the framing alone. */
export const kept = (name: string, what: string, outcome: Outcomes, text: string) =>
  of(name, what, outcome, [send(text), hang]);
/** These bytes and then FIN. */
export const closed = (name: string, what: string, outcome: Outcomes, text: string) =>
  of(name, what, outcome, [send(text), pause, fin]);
/** A head of so many bytes for a chunked body. */
export const headOf = (bytes: number) => {
  const least = head(chunks, 'x: ').length;
  return head(chunks, `x: ${'y'.repeat(bytes - least)}`);
};
export const noMarker = (framing: Outcome): Outcomes => ({ app: 'truncated', framing });
