import { MidflightError } from '../../base/errors.ts';
import { idHeader } from '../../base/request-id.ts';
import type { LoadTarget } from '../config.ts';

interface RequestParts {
  readonly target: LoadTarget;
  /** The request's id is written as a header that ingress and app log; false: any URL, nothing of ours. */
  readonly named: boolean;
  /** Bytes of a request body; 0: none. */
  readonly bodySize: number;
}

/** The headers that all requests share, the user's own last. Throws `bad-usage` if one would break the request. */
export function requestHeaders({ target, bodySize }: RequestParts): [string, string][] {
  const own: [string, string][] = [
    ['host', target.hostname],
    ['user-agent', 'midflight'],
    ['accept', '*/*'],
  ];
  if (bodySize > 0) own.push(['content-type', 'application/octet-stream']);
  if (bodySize > 0 || target.method === 'POST') own.push(['content-length', String(bodySize)]);
  const users = Object.entries(target.headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    value,
  ]);
  for (const [name, value] of [...own, ...users]) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new MidflightError('bad-usage', `header ${JSON.stringify(name)} cannot be sent`);
  }
  const named = new Set(users.map(([name]) => name));
  return [...own.filter(([name]) => !named.has(name)), ...users];
}

/** HTTP's method for a request. */
export const methodOf = ({ target, bodySize }: Pick<RequestParts, 'target' | 'bodySize'>): string =>
  target.method ?? (bodySize > 0 ? 'POST' : 'GET');

/** Makes the bytes of request heads that differ in path and id only. */
export function requestHeads(
  parts: RequestParts & { readonly keepAlive: boolean },
): (path: string, id: string) => string {
  const method = methodOf(parts);
  const shared = requestHeaders(parts).map(([name, value]) => `${name}: ${value}\r\n`);
  const rest = ` HTTP/1.1\r\n${shared.join('')}${parts.keepAlive ? '' : 'connection: close\r\n'}`;
  return (path, id) => `${method} ${path}${rest}${parts.named ? `${idHeader}: ${id}\r\n` : ''}\r\n`;
}
