import { MidflightError } from '../../base/errors.ts';
import { idHeader } from '../../workload/protocol.ts';
import type { Target } from '../config.ts';

export interface RequestParts {
  readonly target: Target;
  /** Path and query. */
  readonly path: string;
  /** Written as a header that ingress and app log; null: none (any URL). */
  readonly id: string | null;
  /** Bytes of a request body; 0: a GET. */
  readonly bodySize: number;
  readonly keepAlive: boolean;
}

/** The headers of a request, the user's own last. Throws `bad-usage` where one would break the request. */
export function requestHeaders({ target, id, bodySize }: RequestParts): [string, string][] {
  const own: [string, string][] = [['host', target.hostname]];
  own.push(['user-agent', 'midflight'], ['accept', '*/*']);
  if (id !== null) own.push([idHeader, id]);
  if (bodySize > 0)
    own.push(['content-type', 'application/octet-stream'], ['content-length', String(bodySize)]);
  const users = Object.entries(target.headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    value,
  ]);
  for (const [name, value] of users) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || /[\r\n\0]/.test(value))
      throw new MidflightError('bad-usage', `header ${JSON.stringify(name)} cannot be sent`);
  }
  const named = new Set(users.map(([name]) => name));
  return [...own.filter(([name]) => !named.has(name)), ...users];
}

/** The bytes of a request's head. */
export function requestHead(parts: RequestParts): string {
  const headers = requestHeaders(parts).map(([name, value]) => `${name}: ${value}\r\n`);
  const connection = parts.keepAlive ? '' : 'connection: close\r\n';
  return `${parts.bodySize > 0 ? 'POST' : 'GET'} ${parts.path} HTTP/1.1\r\n${headers.join('')}${connection}\r\n`;
}
