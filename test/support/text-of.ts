import type { Readable } from 'node:stream';

/** What a stream holds by now. One `read()` gives all of it up to Node.js 24, and only its first chunk from 26 on. */
export function textOf(stream: Readable): string {
  let text = '';
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) text += String(chunk);
  return text;
}
