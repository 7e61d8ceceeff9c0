import type { KubeObject } from '../api/kinds.ts';
import { createObject } from '../api/registry.ts';
import { type Context, timestamp } from '../context.ts';

/** Kubernetes keeps events for an hour; here this many of the latest. */
const keep = 1000;

interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The component that reports it. */
  readonly source: string;
}

/** Writes an Event about an object, or counts up the one with the same text (client-go tools/record). */
export function recordEvent(context: Context, about: KubeObject, text: EventText): void {
  const now = timestamp(context.wall());
  const namespace = about.metadata.namespace ?? 'default';
  const { store } = context;
  const same = store
    .list('events', namespace)
    .find(
      (event) =>
        event.involvedObject.uid === about.metadata.uid &&
        event.reason === text.reason &&
        event.message === text.message,
    );
  if (same) {
    store.put('events', { ...same, count: (same.count ?? 1) + 1, lastTimestamp: now });
    return;
  }
  if (store.get('namespaces', undefined, namespace) === undefined) return;
  const suffix = Math.floor(context.random() * 2 ** 48).toString(16);
  createObject(context, 'events', namespace, {
    metadata: { name: `${about.metadata.name}.${suffix}` },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      namespace: about.metadata.namespace,
      name: about.metadata.name,
      uid: about.metadata.uid,
    },
    type: text.type,
    reason: text.reason,
    message: text.message,
    source: { component: text.source },
    reportingComponent: text.source,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  });
  const all = store.list('events');
  for (const old of all.slice(0, Math.max(0, all.length - keep))) store.remove('events', old);
}
