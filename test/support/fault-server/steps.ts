import { chunkLine, endLine } from '../../../src/workload/protocol.ts';

/** What the fault server does on one connection, in order. The last step ends the connection, or leaves it silent. */
export type Step =
  | { readonly do: 'send'; readonly text: string }
  /** Sends pieces of `size` bytes, `everyMs` apart. */
  | { readonly do: 'trickle'; readonly text: string; readonly size: number; readonly everyMs: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** Waits for the next request on the same connection. */
  | { readonly do: 'fin' }
  | { readonly do: 'rst' }
  | { readonly do: 'hang' };

export const send = (text: string): Step => ({ do: 'send', text });
export const trickle = (text: string, size: number, everyMs: number): Step => ({
  do: 'trickle',
  text,
  size,
  everyMs,
});
export const wait = (ms: number): Step => ({ do: 'wait', ms });
export const fin: Step = { do: 'fin' };
export const rst: Step = { do: 'rst' };
export const hang: Step = { do: 'hang' };

const path = {
  endpointNode: 'stable-0',
  endpointPod: 'app-0',
  ingressNode: 'stable-1',
  ingressPod: 'ingress-0',
  source: '127.0.0.1',
};
const chunkSize = 192;

/** The n-th chunk of the numbered body. */
export const line = (sequence: number) => chunkLine(sequence, sequence === 0 ? path : null, chunkSize);
export const endOf = endLine;

/** One HTTP chunk. */
export const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
export const lastChunk = '0\r\n\r\n';

const head = (status: string, ...headers: string[]) =>
  `HTTP/1.1 ${status}\r\n${[...headers, 'connection: close'].map((header) => `${header}\r\n`).join('')}\r\n`;
export const chunkedHead = (status = '200 OK') => head(status, 'transfer-encoding: chunked');
export const lengthHead = (length: number, status = '200 OK') => head(status, `content-length: ${length}`);
export const closeHead = () => head('200 OK');
