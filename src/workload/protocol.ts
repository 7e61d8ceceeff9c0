import * as z from 'zod/mini';
import { remembered } from '../base/remember.ts';
import type { Path } from '../history/schema.ts';

/*
 * What the slow app sends, so that a client can distinguish a whole answer from a cut or a wrong one, whatever proxies are
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

const firstLine = z.object({
  node: z.string(),
  pod: z.string(),
  ingressNode: z.nullable(z.string()),
  ingressPod: z.nullable(z.string()),
  source: z.nullable(z.string()),
});

interface StreamRequest {
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

/** One chunk of an answer, padded to `size` bytes if it is shorter. */
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

const endMark = 'mf end ';

/** The last line of an answer of `chunks` chunks. */
export function endLine(chunks: number): string {
  return `${endMark}${chunks}\n`;
}

/** A body as it arrives, in pieces of any size. */
export interface BodyReader {
  /** Takes bytes, which are only lent. */
  push(bytes: Buffer): void;
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
  return new NumberedBody();
}

const longestLine = 131_072;
const space = 32;
const lineFeed = 10;

class NumberedBody implements BodyReader {
  chunks = 0;
  path: Path | null = null;
  private rest = '';
  private ended = false;
  private broken = false;

  get complete(): boolean {
    return this.ended && this.rest === '';
  }

  get wrong(): boolean {
    return this.broken || (this.ended && this.rest !== '');
  }

  push(bytes: Buffer): void {
    if (this.isNextLine(bytes)) this.chunks += 1;
    else this.text(bytes.toString('latin1')); // enough: the protocol is ASCII
  }

  /** One whole line with the next number, which is how nearly all come: it is read where it lies. */
  private isNextLine(bytes: Buffer): boolean {
    if (this.chunks === 0 || this.rest !== '' || this.ended || this.broken) return false;
    return isNumbered(bytes, this.chunks) && bytes.indexOf(lineFeed) === bytes.length - 1;
  }

  private text(text: string): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      this.line(this.rest + text.slice(from, at));
      this.rest = '';
      from = at + 1;
    }
    this.rest += text.slice(from);
    if (this.rest.length <= longestLine) return;
    this.broken = true;
    this.rest = '';
  }

  private line(text: string): void {
    if (this.broken) return;
    if (this.ended) this.broken = true;
    else if (text.startsWith(endMark)) {
      if (text === `${endMark}${this.chunks}`) this.ended = true;
      else this.broken = true;
    } else if (!text.startsWith(`mf ${this.chunks} `)) this.broken = true;
    else {
      if (this.chunks === 0) this.path = readPath(text);
      this.chunks += 1;
    }
  }
}

/** Begins with `mf 12 ` if 12 is wanted (no 0: its digits would begin with none). */
function isNumbered(bytes: Buffer, wanted: number): boolean {
  if (bytes[0] !== mark[0] || bytes[1] !== mark[1] || bytes[2] !== space) return false;
  let at = 3;
  let number = 0;
  for (let digit = digitAt(bytes, at); digit >= 0 && number < wanted; digit = digitAt(bytes, at)) {
    number = number * 10 + digit;
    at += 1;
  }
  return number === wanted && bytes[3] !== zero && bytes[at] === space;
}

const mark = Buffer.from('mf');
const zero = 48;

/** Negative if it is none. */
function digitAt(bytes: Buffer, at: number): number {
  const digit = (bytes[at] ?? 0) - zero;
  return digit <= 9 ? digit : -1;
}

function readPath(text: string): Path | null {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}');
  return from === -1 || to < from ? null : pathIn(text.slice(from, to + 1));
}

/** There are few paths and many streams: those that share one share the object. */
const pathIn = remembered(parsePath);

function parsePath(json: string): Path | null {
  try {
    const parsed = firstLine.safeParse(JSON.parse(json));
    if (!parsed.success) return null;
    const { node, pod, ingressNode, ingressPod, source } = parsed.data;
    return Object.freeze({ endpointNode: node, endpointPod: pod, ingressNode, ingressPod, source });
  } catch {
    return null; // the padding may hold anything; a first line without a path is no loss
  }
}
