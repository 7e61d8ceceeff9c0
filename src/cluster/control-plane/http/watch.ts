import type { ServerResponse } from 'node:http';
import { abortController } from '../../../base/signals.ts';
import type { KubeObject } from '../api/kinds.ts';
import { apiVersionOf } from '../api/resources.ts';
import { type Filter, filterOf } from '../api/selectors.ts';
import { badRequest, expired, StatusError } from '../api/status.ts';
import type { StoreChange } from '../api/store.ts';
import type { Context } from '../context.ts';
import type { Route } from './route.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** A watcher that does not read (its process is stopped) is cut before it holds more than this. */
const maxBufferedBytes = 16 * 1024 * 1024;
/** The API server sends bookmarks about once a minute. */
const bookmarkMs = 60_000;

/** Streams changes as they happen, one JSON object a line, until the client goes, its time is up, or the server stops. */
export function serveWatch(
  context: Context,
  route: Route,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const { info } = route;
  const matches = watchFilter(route, query);
  const asked = versionOf(query);
  const timeout = Number(query.get('timeoutSeconds') ?? 0);
  const ended = abortController();
  const send = (type: EventType, object: unknown) => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > maxBufferedBytes) response.destroy();
  };
  const bookmark = (annotations?: Record<string, string>) =>
    send('BOOKMARK', {
      kind: info.kind,
      apiVersion: apiVersionOf(info),
      metadata: {
        resourceVersion: String(context.store.version()),
        creationTimestamp: null,
        ...(annotations ? { annotations } : {}),
      },
    });

  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const initial = query.get('sendInitialEvents') === 'true';
  if (initial || asked === 0) {
    for (const object of context.store.list(info.resource)) if (matches(object)) send('ADDED', object);
    if (initial && allowsBookmarks(query)) bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else {
    const past = context.store.since(info.resource, asked);
    // A version from before this process, or from too long ago: the client must list again.
    if ('tooOld' in past || asked > context.store.version()) {
      send('ERROR', expired(asked, 'tooOld' in past ? past.tooOld : context.store.version()).status);
      response.end();
      return;
    }
    for (const change of past.changes) forward(change, matches, send);
  }
  const unsubscribe = context.store.subscribe((change) => {
    if (change.resource === info.resource) forward(change, matches, send);
  });
  response.on('close', () => {
    unsubscribe();
    ended.abort();
  });
  if (allowsBookmarks(query)) void every(context, bookmarkMs, ended.signal, () => bookmark());
  if (timeout > 0) {
    context.clock.sleep(timeout * 1000, ended.signal).then(
      () => response.end(),
      () => {}, // the client left first
    );
  }
}

/** What the watch sees of a change; an object that leaves the selection is deleted, one that enters it is added. */
function forward(
  change: StoreChange,
  matches: Filter,
  send: (type: EventType, object: unknown) => void,
): void {
  const { object, previous } = change;
  const before = previous !== undefined && matches(previous);
  const now = change.type !== 'DELETED' && matches(object);
  if (now) send(before ? 'MODIFIED' : 'ADDED', object);
  else if (before) send('DELETED', change.type === 'DELETED' ? object : lastState(previous, object));
}

/** The object as the watch last knew it, under the version at which it left. */
function lastState(previous: KubeObject, object: KubeObject): KubeObject {
  const { resourceVersion } = object.metadata;
  return { ...previous, metadata: { ...previous.metadata, resourceVersion } };
}

function watchFilter(route: Route, query: URLSearchParams): Filter {
  const matches = filterOf(route.info.resource, query, route.namespace);
  return route.name === undefined
    ? matches
    : (object) => object.metadata.name === route.name && matches(object);
}

/** 0: from the present state. */
function versionOf(query: URLSearchParams): number {
  const text = query.get('resourceVersion') ?? '';
  if (text === '') return 0;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}`);
  return Number(text);
}

function allowsBookmarks(query: URLSearchParams): boolean {
  return query.get('allowWatchBookmarks') === 'true';
}

async function every(context: Context, ms: number, signal: AbortSignal, action: () => void): Promise<void> {
  try {
    for (;;) {
      await context.clock.sleep(ms, signal);
      action();
    }
  } catch (error) {
    if (error instanceof StatusError || !signal.aborted) throw error;
  }
}
