/**
 * What can be wrong with an answer that is no HTTP, in one word each for the history (`errno` of a request's end), and in
 * words for people.
 */
export const malformations = {
  'not-http': 'the answer does not begin as HTTP does',
  'tls-record': 'the server answers in TLS',
  'no-http2': 'the server does not speak HTTP/2',
  'http2-protocol': 'the server breaks the rules of HTTP/2',
  'status-line': 'the status line cannot be read',
  'header-line': 'a header line cannot be read',
  'header-limit': 'the head is larger than 256 KiB',
  'content-length': 'Content-Length is no number',
  'content-length-conflict': 'there are two Content-Length values that differ',
  'transfer-encoding': 'Transfer-Encoding names chunked twice',
  'chunk-size': 'the size of a chunk cannot be read',
  'chunk-end': 'a chunk is longer than it says',
  trailer: 'a trailer cannot be read, or the trailers are larger than 256 KiB',
} as const;
export type Malformation = keyof typeof malformations;

const known: ReadonlyMap<string, string> = new Map(Object.entries(malformations));

/** `the head is larger than 256 KiB (header-limit)`; another word as it is. */
export function malformedWords(reason: string): string {
  const words = known.get(reason);
  return words === undefined ? reason : `${words} (${reason})`;
}
