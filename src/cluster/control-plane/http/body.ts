import type { IncomingMessage } from 'node:http';
import { badRequest, StatusError } from '../api/status.ts';

/** MaxRequestBodyBytes of the API server (3 MiB). */
const limit = 3 * 1024 * 1024;

/** The bytes of a request as text. Throws 413, once all has arrived: a client that is still sending would miss the answer. */
export async function readBody(request: IncomingMessage): Promise<string> {
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > limit) chunks = [];
    else chunks.push(bytes);
  }
  if (size > limit) {
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** JSON of a body; `undefined` for an empty one. Throws 400. */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`couldn't parse the body as JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/** JSON or YAML of an apply patch. The YAML parser is loaded only if one comes: clients here send JSON. */
export async function parseYaml(text: string): Promise<unknown> {
  if (text.trimStart().startsWith('{')) return parseJson(text);
  const { parse } = await import('yaml');
  try {
    return parse(text);
  } catch (error) {
    throw badRequest(`couldn't parse the body as YAML: ${error instanceof Error ? error.message : ''}`);
  }
}

/** The media type of a request without its parameters. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
