import { createServer } from 'node:http';
import * as z from 'zod';

const named = z.looseObject({ metadata: z.looseObject({ name: z.string() }).optional() });

/** An API server that holds what it was given, refuses to be written to, and counts every attempt. */
export interface ReadOnlyApi {
  readonly kubeconfig: string;
  /** Path and query of every request, in order. */
  readonly requests: readonly string[];
  /** Requests with another method than GET. */
  readonly writes: readonly string[];
  stop(): Promise<void>;
}

export interface ReadOnlyOptions {
  /** `/api/v1/nodes` -> its objects. A path that is missing answers 404. */
  readonly lists: Readonly<Record<string, readonly unknown[]>>;
  /** Paths that answer 403. */
  readonly forbidden?: readonly string[];
  /** Paths whose second page answers 410 the first time. */
  readonly expiring?: readonly string[];
  readonly version?: { readonly major: string; readonly minor: string };
  /** Answers SelfSubjectAccessReviews, which store nothing and count as no write: `patch nodes` -> allowed. */
  readonly allows?: (what: string) => boolean;
  /** For the bearer token that must come with each request; undefined: none is asked for. */
  readonly token?: string;
  /** The `users[0].user` of the kubeconfig. */
  readonly user?: unknown;
}

export async function readOnlyApi(options: ReadOnlyOptions): Promise<ReadOnlyApi> {
  const requests: string[] = [];
  const writes: string[] = [];
  const expired = new Set<string>();
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? '/', 'http://api');
    const send = (code: number, body: unknown) => {
      answer.writeHead(code, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(body));
    };
    requests.push(`${url.pathname}${url.search}`);
    const { allows } = options;
    if (allows !== undefined && url.pathname.endsWith('/selfsubjectaccessreviews')) {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      return request.on('end', () => {
        const { resourceAttributes } = JSON.parse(text).spec;
        send(201, {
          status: { allowed: allows(`${resourceAttributes.verb} ${resourceAttributes.resource}`) },
        });
      });
    }
    if (request.method !== 'GET') {
      writes.push(`${request.method} ${url.pathname}`);
      return send(403, { kind: 'Status', code: 403 });
    }
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`)
      return send(401, { kind: 'Status', code: 401 });
    if (url.pathname === '/version') return send(200, options.version ?? { major: '1', minor: '37' });
    if (options.forbidden?.includes(url.pathname)) return send(403, { kind: 'Status', code: 403 });
    const at = url.pathname.lastIndexOf('/');
    const one = options.lists[url.pathname.slice(0, at)]?.find(
      (item) => named.parse(item).metadata?.name === url.pathname.slice(at + 1),
    );
    if (one !== undefined) return send(200, one);
    const items = options.lists[url.pathname];
    if (items === undefined) return send(404, { kind: 'Status', code: 404 });
    const from = Number(url.searchParams.get('continue') ?? 0);
    if (from > 0 && options.expiring?.includes(url.pathname) && !expired.has(url.pathname)) {
      expired.add(url.pathname);
      return send(410, { kind: 'Status', code: 410 });
    }
    const until = from + Number(url.searchParams.get('limit') ?? items.length);
    return send(200, {
      kind: 'List',
      metadata: until < items.length ? { continue: String(until) } : {},
      items: items.slice(from, until),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    kubeconfig: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'u', user: options.user ?? {} }],
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'prod',
    }),
    requests,
    writes,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
