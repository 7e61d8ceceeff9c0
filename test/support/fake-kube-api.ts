import { createServer, type ServerResponse } from 'node:http';
import * as z from 'zod';

/*
 * A small API server for tests of what follows the cluster: list, watch and merge patch of any collection, held in
 * memory. It can be told to break off its watches, to forget the past (410), and to be away.
 */

const stored = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
});
type Stored = z.infer<typeof stored>;

export interface FakeKubeApi {
  readonly port: number;
  /** A kubeconfig (YAML) for it. */
  readonly kubeconfig: string;
  /** Puts an object into a collection (`/api/v1/nodes`) and tells the watches. */
  put(collection: string, object: Stored): void;
  remove(collection: string, name: string): void;
  get(collection: string, name: string): Stored | undefined;
  /** Ends every open watch: cut, or in order. */
  breakWatches(how: 'cut' | 'end'): void;
  /** From now on a watch from before this instant gets 410 Gone. */
  forget(): void;
  /** Answers every request 503 while true. */
  away(is: boolean): void;
  readonly counts: { lists: number; watches: number };
  stop(): Promise<void>;
}

interface Watcher {
  readonly collection: string;
  readonly wants: (object: Stored) => boolean;
  readonly answer: ServerResponse;
}

/** The objects with all labels of a selector `key=value,key=value`; null: all objects. */
function selected(selector: string | null): (object: Stored) => boolean {
  const wanted = (selector ?? '').split(',').filter((one) => one !== '');
  return ({ metadata: { labels = {} } }) =>
    wanted.every((one) => {
      const [key = '', value] = one.split('=');
      return labels[key] === value;
    });
}

export async function fakeKubeApi(): Promise<FakeKubeApi> {
  const objects = new Map<string, Map<string, Stored>>();
  const log: { version: number; collection: string; object: Stored; line: string }[] = [];
  const watchers = new Set<Watcher>();
  const counts = { lists: 0, watches: 0 };
  let version = 1;
  let oldest = 0;
  let isAway = false;

  const collectionOf = (path: string) => {
    const present = objects.get(path) ?? new Map<string, Stored>();
    objects.set(path, present);
    return present;
  };
  const tell = (collection: string, type: string, object: Stored) => {
    version += 1;
    object.metadata.resourceVersion = String(version);
    const line = `${JSON.stringify({ type, object })}\n`;
    log.push({ version, collection, object, line });
    for (const watcher of watchers)
      if (watcher.collection === collection && watcher.wants(object)) watcher.answer.write(line);
  };
  const put = (collection: string, object: Stored) => {
    const all = collectionOf(collection);
    const type = all.has(object.metadata.name) ? 'MODIFIED' : 'ADDED';
    const copy = structuredClone(object);
    all.set(object.metadata.name, copy);
    tell(collection, type, copy);
  };

  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? '/', 'http://api');
    answer.setHeader('content-type', 'application/json');
    if (isAway) {
      answer.statusCode = 503;
      return answer.end('{}');
    }
    if (request.method === 'PATCH') {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      return request.on('end', () => {
        const path = url.pathname.replace(/\/status$/, '');
        const collection = path.slice(0, path.lastIndexOf('/'));
        const before = collectionOf(collection).get(path.slice(path.lastIndexOf('/') + 1));
        if (before === undefined) {
          answer.statusCode = 404;
          return answer.end('{}');
        }
        const after = stored.parse(merged(before, JSON.parse(text)));
        put(collection, after);
        answer.end(JSON.stringify(after));
      });
    }
    const collection = url.pathname;
    const at = collection.lastIndexOf('/');
    const single = objects.get(collection.slice(0, at))?.get(collection.slice(at + 1));
    if (single !== undefined) return answer.end(JSON.stringify(single));
    const wants = selected(url.searchParams.get('labelSelector'));
    if (url.searchParams.get('watch') !== 'true') {
      counts.lists += 1;
      const items = [...collectionOf(collection).values()].filter(wants);
      return answer.end(JSON.stringify({ metadata: { resourceVersion: String(version) }, items }));
    }
    counts.watches += 1;
    const from = Number(url.searchParams.get('resourceVersion') ?? 0);
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.flushHeaders();
    if (from < oldest) {
      return answer.end(`${JSON.stringify({ type: 'ERROR', object: { code: 410, message: 'too old' } })}\n`);
    }
    for (const entry of log) {
      if (entry.version > from && entry.collection === collection && wants(entry.object))
        answer.write(entry.line);
    }
    const watcher = { collection, wants, answer };
    watchers.add(watcher);
    answer.on('close', () => watchers.delete(watcher));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    port,
    kubeconfig: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'fake',
          cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'fake', user: {} }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      'current-context': 'fake',
    }),
    put,
    remove(collection, name) {
      const object = collectionOf(collection).get(name);
      if (object === undefined) return;
      collectionOf(collection).delete(name);
      tell(collection, 'DELETED', object);
    },
    get: (collection, name) => collectionOf(collection).get(name),
    breakWatches(how) {
      for (const watcher of [...watchers]) {
        const { answer } = watcher;
        watchers.delete(watcher);
        if (how === 'cut') answer.destroy();
        else answer.end();
      }
    },
    forget() {
      version += 1;
      oldest = version;
      log.length = 0;
    },
    away(is) {
      isAway = is;
    },
    counts,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** RFC 7386. */
function merged(before: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
