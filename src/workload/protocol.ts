import { z } from 'zod';
import type { Path } from '../history/schema.ts';

/*
 * What the slow app sends, so that a client can tell a whole answer from a cut or a wrong one, whatever proxies are
 * between: one line a chunk, numbered, the first with the path of the request, and an end marker with the count.
 *
 *   mf 0 {"node":"stable-0","pod":"app-1","ingressNode":"stable-1","ingressPod":"ingress-2","source":"10.0.0.7"} ....
 *   mf 1 ....
 *   mf end 2
 */

/** Tells the app which pod's node it runs on: environment of app and ingress pods. */
export const podEnv = { node: 'NODE_NAME', pod: 'POD_NAME' } as const;
/** Set by the model ingress towards the app; Traefik has X-Forwarded-Server (its host name: the pod's name) only. */
export const ingressNodeHeader = 'x-midflight-ingress-node';
/** The request's id, for logs. */
export const idHeader = 'x-midflight-id';

const firstLine = z.object({
  node: z.string(),
  pod: z.string(),
  ingressNode: z.string().nullable(),
  ingressPod: z.string().nullable(),
  source: z.string().nullable(),
});

export interface StreamRequest {
  readonly id: string;
  /** Real milliseconds. */
  readonly durationMs: number;
  readonly intervalMs: number;
  readonly chunkSize: number;
}

/** Path and query of one slow stream. Durations are real milliseconds. */
export function streamPath(request: StreamRequest): string {
  const { id, durationMs, intervalMs, chunkSize } = request;
  return `/stream?id=${encodeURIComponent(id)}&duration=${durationMs}&interval=${intervalMs}&chunk=${chunkSize}`;
}

/** Path and query of one short request: one chunk and the end marker, at once. */
export function shortPath(id: string): string {
  return `/short?id=${encodeURIComponent(id)}`;
}

/** One chunk of an answer, padded to `size` bytes where it is shorter. */
export function chunkLine(sequence: number, path: Path | null, size: number): string {
  const head = `mf ${sequence} `;
  const body =
    path === null
      ? ''
      : `${JSON.stringify({
          node: path.endpointNode,
          pod: path.endpointPod,
          ingressNode: path.ingressNode,
          ingressPod: path.ingressPod,
          source: path.source,
        })} `;
  return `${(head + body).padEnd(size - 1, '.')}\n`;
}

/** The last line of an answer of `chunks` chunks. */
export function endLine(chunks: number): string {
  return `mf end ${chunks}\n`;
}

/** A body as it arrives, in pieces of any size. */
export interface BodyReader {
  /** Takes bytes (latin1 is enough: the protocol is ASCII). */
  push(text: string): void;
  /** Whole chunks seen in order. */
  readonly chunks: number;
  /** The end marker came and counted right. */
  readonly complete: boolean;
  /** A gap, a repetition, a foreign line, or bytes after the end. */
  readonly wrong: boolean;
  readonly path: Path | null;
}

/** Reads and checks the sequence of one answer. Keeps no more than one line. */
export function bodyReader(): BodyReader {
  let rest = '';
  const state = { chunks: 0, complete: false, wrong: false, path: null as Path | null };
  const line = (text: string) => {
    if (state.wrong) return;
    const [mark, sequence, ...more] = text.split(' ', 3);
    if (mark !== 'mf' || state.complete) state.wrong = true;
    else if (sequence === 'end') {
      if (Number(more[0]) === state.chunks) state.complete = true;
      else state.wrong = true;
    } else if (Number(sequence) !== state.chunks) state.wrong = true;
    else {
      if (state.chunks === 0) state.path = readPath(text);
      state.chunks += 1;
    }
  };
  return {
    push(text) {
      let from = 0;
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
        line(rest + text.slice(from, at));
        rest = '';
        from = at + 1;
      }
      rest += text.slice(from);
      if (rest.length > 131_072) {
        state.wrong = true;
        rest = '';
      }
    },
    get chunks() {
      return state.chunks;
    },
    get complete() {
      return state.complete && rest === '';
    },
    get wrong() {
      return state.wrong || (state.complete && rest !== '');
    },
    get path() {
      return state.path;
    },
  };
}

function readPath(text: string): Path | null {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}');
  if (from === -1 || to < from) return null;
  try {
    const parsed = firstLine.safeParse(JSON.parse(text.slice(from, to + 1)));
    if (!parsed.success) return null;
    const { node, pod, ingressNode, ingressPod, source } = parsed.data;
    return { endpointNode: node, endpointPod: pod, ingressNode, ingressPod, source };
  } catch {
    return null; // the padding may hold anything; a first line without a path is no loss
  }
}
