import type { ClientHttp2Session } from 'node:http2';

/**
 * Node.js 20 does not report that its nghttp2 has ended a connection because the server broke the rules of HTTP/2 (a frame
 * that is too long, bytes that are no HPACK): it has sent its GOAWAY and waits for ever. Node.js 22 and later emit an error
 * (node: src/node_http2.cc, OnInvalidFrame and OnStreamRead).
 */
const silent = Number(process.versions.node.split('.')[0]) < 22;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Whether nghttp2 has ended the session in silence. Asked of one from which nothing comes: after its GOAWAY it writes
 * nothing more (nghttp2_session_want_write), so that a PING stays in its queue.
 */
export function breachOf(session: ClientHttp2Session): () => Promise<boolean> {
  let asking: Promise<boolean> | null = null;
  const ask = async () => {
    session.ping(() => {});
    await turn();
    await turn();
    asking = null;
    return !session.destroyed && (session.state.outboundQueueSize ?? 0) > 0;
  };
  return async () => {
    if (!silent || session.destroyed || session.connecting) return false;
    // Requests that are given up at once share the answer: a session sends ten PINGs at most.
    asking ??= ask();
    return asking;
  };
}
