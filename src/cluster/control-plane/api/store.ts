import { type KubeObject, type Objects, type Resource, resourceNames } from './kinds.ts';

export interface StoreChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: Resource;
  readonly version: number;
  readonly object: KubeObject;
  /** The state before, if there was one. */
  readonly previous: KubeObject | undefined;
}

/** All objects, in memory. What it gives out is never changed in place; writes put a new object. */
export interface Store {
  get<R extends Resource>(resource: R, namespace: string | undefined, name: string): Objects[R] | undefined;
  list<R extends Resource>(resource: R, namespace?: string): Objects[R][];
  /** Adds or replaces, under the next resource version. */
  put<R extends Resource>(resource: R, object: Objects[R]): Objects[R];
  remove<R extends Resource>(resource: R, object: Objects[R]): Objects[R];
  /** The version of the latest write. */
  version(): number;
  /** Changes after `version`; `tooOld` gives the oldest version from which changes are still known. */
  since(resource: Resource, version: number): { changes: readonly StoreChange[] } | { tooOld: number };
  subscribe(listener: (change: StoreChange) => void): () => void;
}

/**
 * `logLength`: changes kept of each resource for watches that resume. The API server's watch cache starts with 100
 * and grows to about 100,000 (apiserver pkg/storage/cacher/watch_cache.go); 1000 outlasts any pause of our clients.
 */
export function createStore(logLength = 1000): Store {
  const tables: { [R in Resource]: Map<string, Objects[R]> } = {
    pods: new Map(),
    nodes: new Map(),
    services: new Map(),
    namespaces: new Map(),
    configmaps: new Map(),
    secrets: new Map(),
    serviceaccounts: new Map(),
    events: new Map(),
    deployments: new Map(),
    daemonsets: new Map(),
    endpointslices: new Map(),
    leases: new Map(),
    poddisruptionbudgets: new Map(),
  };
  const logs = new Map<Resource, { dropped: number; changes: StoreChange[] }>();
  for (const name of resourceNames) logs.set(name, { dropped: 0, changes: [] });
  const listeners = new Set<(change: StoreChange) => void>();
  let version = 0;

  const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;
  const stamped = <R extends Resource>(object: Objects[R]): Objects[R] => {
    version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
  };
  const announce = (change: StoreChange) => {
    const log = logs.get(change.resource);
    if (log !== undefined) {
      log.changes.push(change);
      // In halves, so that dropping costs little per write.
      if (log.changes.length > 2 * logLength) {
        log.dropped = log.changes.splice(0, logLength).at(-1)?.version ?? log.dropped;
      }
    }
    for (const listener of listeners) listener(change);
  };

  return {
    get: (resource, namespace, name) => tables[resource].get(keyOf(namespace, name)),
    list(resource, namespace) {
      const all = [...tables[resource].values()];
      return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    },
    put(resource, object) {
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      const previous = tables[resource].get(key);
      const next = stamped(object);
      tables[resource].set(key, next);
      announce({ type: previous ? 'MODIFIED' : 'ADDED', resource, version, object: next, previous });
      return next;
    },
    remove(resource, object) {
      const last = stamped(object);
      tables[resource].delete(keyOf(object.metadata.namespace, object.metadata.name));
      announce({ type: 'DELETED', resource, version, object: last, previous: object });
      return last;
    },
    version: () => version,
    since(resource, asked) {
      const log = logs.get(resource);
      if (log === undefined) return { changes: [] };
      if (asked < log.dropped) return { tooOld: log.dropped };
      return { changes: log.changes.filter((change) => change.version > asked) };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
