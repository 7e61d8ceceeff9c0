import { type ClientHttp2Stream, constants } from 'node:http2';
import { errnoOf } from '../../base/errors.ts';
import type { SessionUser } from './session.ts';

/** What a stream shares with the others of its session. */
interface Shared {
  /** The connection has ended, which decides what became of all. */
  over(): boolean;
  readonly users: Map<SessionUser, ClientHttp2Stream>;
  nameOf(code: number): string;
}

/** Reports what becomes of one stream, unless the connection's end does. */
export function followStream(stream: ClientHttp2Stream, user: SessionUser, shared: Shared): void {
  const { users } = shared;
  const endedInOrder = endOfStream(stream);
  let ended = false;
  let ofConnection = false;
  let length = Number.NaN;
  let bytes = 0;
  stream.on('response', (headers) => {
    length = Number(headers['content-length'] ?? Number.NaN);
    if (users.has(user)) user.head(headers[':status'] ?? 0, headers.location ?? null);
  });
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (users.has(user)) user.bytes(chunk);
  });
  stream.on('end', () => {
    const inOrder = !stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR;
    ended = inOrder && (endedInOrder() || bytes === length);
    if (ended && users.delete(user)) user.whole();
  });
  stream.on('error', (error) => {
    ofConnection = errnoOf(error) !== 'ERR_HTTP2_STREAM_ERROR';
  });
  stream.on('close', () => {
    if (ended || ofConnection || shared.over() || !users.delete(user)) return;
    user.reset(shared.nameOf(stream.rstCode));
  });
}

/**
 * Whether the server ended its side of the stream (END_STREAM). Node ends the readable side of a stream for RST_STREAM
 * with NO_ERROR as well, which a server may send in the middle of a body: by then the stream is closed, at END_STREAM it
 * is not yet (lib/internal/http2/core.js, onStreamClose).
 */
function endOfStream(stream: ClientHttp2Stream): () => boolean {
  let inOrder: boolean | null = null;
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null) inOrder ??= !stream.closed;
    return push(chunk, encoding);
  };
  return () => inOrder === true;
}
