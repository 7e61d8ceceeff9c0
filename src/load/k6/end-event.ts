import * as z from 'zod';
import type { Nanoseconds } from '../../base/units.ts';
import { bareEnd } from '../../history/bare-end.ts';
import type { EventOf } from '../../history/schema.ts';
import { bodyReader } from '../../workload/protocol.ts';
import { k6Outcome } from './outcome.ts';
import type { Sample } from './samples.ts';

type End = EventOf<'end'>;
/** Wall time in milliseconds to the history's clock. */
type Monotonic = (wallMs: number) => Nanoseconds;

const number = z.coerce.number();
const endedMarks = z.object({
  id: z.string(),
  status: number,
  code: number,
  error: z.string().default(''),
  at: number,
  connected: number,
  firstByte: number,
  took: number,
  receiving: number,
  bytes: number,
  chunks: number,
  marked: z.enum(['whole', 'cut', 'wrong']),
  path: z.string().default(''),
});

/** A request's end as our own script reports it. Throws ZodError if it is not in the form that the script writes. */
export function endOfOwn(
  { at, marks }: Extract<Sample, { kind: 'ended' }>,
  trial: number,
  expectStatus: number,
  monotonicAt: Monotonic,
): End {
  const ended = endedMarks.parse(marks);
  const connected = ended.took > 0;
  const heard = ended.receiving > 0 || ended.status !== 0;
  return {
    // k6 reports nothing of its sockets, nor when the parts of a body came.
    ...bareEnd({
      // Nor has it times of a connection that failed.
      t: monotonicAt(connected ? ended.at + ended.took : at),
      trial,
      id: ended.id,
      outcome: k6Outcome({ ...ended, connected, heard }, expectStatus),
    }),
    status: ended.status || null,
    errno: errnoOf(ended.code),
    connectedAt: connected ? monotonicAt(ended.at + ended.connected) : null,
    firstByteAt: heard ? monotonicAt(ended.at + ended.firstByte) : null,
    bodyBytes: ended.bytes,
    chunks: ended.chunks,
    path: pathOf(ended.path),
  };
}

/** The end of a request of the user's script, as k6's own metrics report it. `tags`: k6's, of http_req_duration. */
export function endOfOther(
  id: string,
  { at, durationMs, tags }: Extract<Sample, { kind: 'request' }>,
  trial: number,
  monotonicAt: Monotonic,
): End {
  const status = Number(tags.status ?? 0);
  const code = Number(tags.error_code ?? 0);
  const seen = { status, code, error: tags.error ?? '', connected: durationMs > 0, heard: null };
  // The script decides which status is expected, and it may differ from request to request.
  const expected = status === 0 || tags.expected_response === 'true' ? status : -1;
  return {
    ...bareEnd({
      t: monotonicAt(at),
      trial,
      id,
      outcome: k6Outcome({ ...seen, bytes: 0, chunks: 0, marked: null }, expected),
    }),
    status: status || null,
    errno: errnoOf(code),
  };
}

const errnoOf = (code: number) => (code === 0 ? null : `K6_${code}`);

/** The first chunk's path, read as every other client of ours reads it. */
function pathOf(json: string): End['path'] {
  const reader = bodyReader();
  reader.push(Buffer.from(`mf 0 ${json}\n`));
  return reader.path;
}
