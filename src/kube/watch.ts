import * as z from 'zod';
import { messageOf } from '../base/errors.ts';
import { eachLine } from '../base/lines.ts';
import { abortController } from '../base/signals.ts';
import { type ApiAccess, ApiError, callApi, openApi } from './request.ts';

/** Any object of the API; whoever uses its spec or status parses that. */
const kubeObject = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    deletionTimestamp: z.string().optional(),
  }),
});
export type WatchedObject = z.infer<typeof kubeObject>;
type ObjectChange = 'added' | 'modified' | 'deleted';

const list = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional() }),
  items: z.array(kubeObject).nullish(),
});
const watchLine = z.looseObject({ type: z.string(), object: z.unknown() });
const status = z.looseObject({ code: z.number().optional(), message: z.string().optional() });
const bookmark = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string() }) });

interface ResourceWatchOptions {
  readonly kubeConfig: ApiAccess;
  /** The collection's path: `/api/v1/nodes`, `/api/v1/namespaces/web/services`. */
  readonly path: string;
  /** labelSelector, fieldSelector. */
  readonly query?: Record<string, string>;
  /** What changed, in order. After a gap the list is read again and reported as changes, so that nothing is missed. */
  onEvent(change: ObjectChange, object: WatchedObject): void;
  /** A disconnect or a refused list; it goes on trying. */
  onError(error: unknown): void;
}

interface ResourceWatch {
  /** The first list has been reported. Never rejects: `onError` reports why it takes long. */
  readonly ready: Promise<void>;
  stop(): void;
}

/** How long until the server ends a watch; it is then opened again from the same resourceVersion. */
const watchSeconds = 240;
const firstPauseMs = 100;
const longestPauseMs = 2000;

/** Follows one collection through disconnects: list, watch, and list again if the server has forgotten the place. */
export function watchResource(options: ResourceWatchOptions): ResourceWatch {
  const abort = abortController();
  let settle = () => {};
  const ready = new Promise<void>((resolve) => {
    settle = resolve;
  });
  void follow(options, abort.signal, settle);
  return {
    ready,
    stop() {
      abort.abort();
      settle();
    },
  };
}

async function follow(
  options: ResourceWatchOptions,
  signal: AbortSignal,
  onListed: () => void,
): Promise<void> {
  const known = new Map<string, WatchedObject>();
  let version: string | undefined;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        version = await relist(options, known, signal);
        onListed();
      }
      version = await watchFrom(options, known, version, signal);
      pauseMs = firstPauseMs;
      await pause(pauseMs, signal); // a server that ends every watch at once must not be asked without a break
    } catch (error) {
      if (signal.aborted) return;
      version = undefined;
      options.onError(error);
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

const keyOf = (object: WatchedObject) => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

/** Reads the collection and reports the difference from what was known. Resolves with the place to watch from. */
async function relist(
  options: ResourceWatchOptions,
  known: Map<string, WatchedObject>,
  signal: AbortSignal,
): Promise<string> {
  const { kubeConfig, path, query = {} } = options;
  const answer = list.parse(await callApi({ kubeConfig, path, query, signal }));
  const present = new Map((answer.items ?? []).map((object) => [keyOf(object), object]));
  for (const [key, object] of known) {
    if (present.has(key)) continue;
    known.delete(key);
    options.onEvent('deleted', object);
  }
  for (const object of present.values()) report(options, known, object);
  return answer.metadata.resourceVersion ?? '';
}

function report(
  options: ResourceWatchOptions,
  known: Map<string, WatchedObject>,
  object: WatchedObject,
): void {
  const before = known.get(keyOf(object));
  known.set(keyOf(object), object);
  const { resourceVersion } = object.metadata;
  // Reported already: a list right after its watch event.
  if (resourceVersion !== undefined && resourceVersion === before?.metadata.resourceVersion) return;
  options.onEvent(before === undefined ? 'added' : 'modified', object);
}

/** Resolves with the place it came to if the server ended the watch in order; throws if it broke off or is too old. */
async function watchFrom(
  options: ResourceWatchOptions,
  known: Map<string, WatchedObject>,
  from: string,
  signal: AbortSignal,
): Promise<string> {
  const { kubeConfig, path } = options;
  const answer = await openApi({
    kubeConfig,
    path,
    query: {
      ...options.query,
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(watchSeconds),
      ...(from === '' ? {} : { resourceVersion: from }),
    },
    idleTimeoutMs: (watchSeconds + 30) * 1000,
    signal,
  });
  return new Promise((resolve, reject) => {
    let version = from;
    eachLine(answer, (line) => {
      try {
        version = takeLine(options, known, line) ?? version;
      } catch (error) {
        reject(error);
        answer.destroy();
      }
    });
    answer.on('end', () => resolve(version));
    answer.on('error', reject);
    answer.on('close', () => reject(new ApiError(0, `the watch of ${path} broke off`)));
  });
}

/** Takes one line of a watch; returns the place it marks. */
function takeLine(
  options: ResourceWatchOptions,
  known: Map<string, WatchedObject>,
  line: string,
): string | undefined {
  const { type, object } = watchLine.parse(parseJson(line));
  if (type === 'BOOKMARK') return bookmark.parse(object).metadata.resourceVersion;
  if (type === 'ERROR') {
    const { code, message } = status.parse(object);
    throw new ApiError(code ?? 0, `the watch of ${options.path} ended: ${message ?? 'no reason given'}`);
  }
  const changed = kubeObject.parse(object);
  if (type === 'DELETED') {
    known.delete(keyOf(changed));
    options.onEvent('deleted', changed);
  } else report(options, known, changed);
  return changed.metadata.resourceVersion;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new ApiError(0, `a line of a watch is no JSON: ${messageOf(error)}`);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
