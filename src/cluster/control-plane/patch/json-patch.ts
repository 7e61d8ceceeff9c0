import * as z from 'zod';
import { isObject, sameJson } from '../api/json.ts';
import { badRequest, StatusError } from '../api/status.ts';

const operation = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('replace'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('test'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('remove'), path: z.string() }),
  z.object({ op: z.literal('move'), path: z.string(), from: z.string() }),
  z.object({ op: z.literal('copy'), path: z.string(), from: z.string() }),
]);

/** JSON patch (RFC 6902). Throws 400 for what is no patch, 422 for one that cannot be applied, as the API server does. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  const operations = z.array(operation).safeParse(patch);
  if (!operations.success) throw badRequest(`error decoding patch: ${z.prettifyError(operations.error)}`);
  let document = structuredClone(target);
  for (const step of operations.data) {
    const path = pointer(step.path);
    switch (step.op) {
      case 'test':
        if (!sameJson(read(document, path), step.value)) throw refused(`testing value ${step.path} failed`);
        break;
      case 'add':
        document = write(document, path, step.value, true);
        break;
      case 'replace':
        read(document, path);
        document = write(document, path, step.value, false);
        break;
      case 'remove':
        document = remove(document, path);
        break;
      case 'move': {
        const from = pointer(step.from);
        const value = read(document, from);
        document = write(remove(document, from), path, value, true);
        break;
      }
      case 'copy':
        document = write(document, path, structuredClone(read(document, pointer(step.from))), true);
        break;
    }
  }
  return document;
}

function refused(message: string): StatusError {
  const details = { causes: [{ reason: 'UnexpectedServerResponse', message }] };
  return new StatusError(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${message}`,
    details,
  );
}

function pointer(text: string): string[] {
  if (text === '') return [];
  if (!text.startsWith('/')) throw refused(`path ${text} does not begin with /`);
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function indexIn(list: readonly unknown[], key: string, limit: number): number {
  const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
  if (!(index < limit)) throw refused(`no element ${key} in a list of ${list.length}`);
  return index;
}

function read(document: unknown, path: readonly string[]): unknown {
  let current = document;
  for (const key of path) {
    if (Array.isArray(current)) current = current[indexIn(current, key, current.length)];
    else if (isObject(current) && key in current) current = current[key];
    else throw refused(`path /${path.join('/')} does not exist`);
  }
  return current;
}

function write(document: unknown, path: readonly string[], value: unknown, insert: boolean): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : indexIn(parent, last, parent.length + (insert ? 1 : 0));
    parent.splice(index, insert ? 0 : 1, value);
  } else if (isObject(parent)) parent[last] = value;
  else throw refused(`path /${path.join('/')} does not exist`);
  return document;
}

function remove(document: unknown, path: readonly string[]): unknown {
  const last = path.at(-1);
  if (last === undefined) return null;
  const parent = read(document, path.slice(0, -1));
  read(parent, [last]);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isObject(parent)) delete parent[last];
  return document;
}
