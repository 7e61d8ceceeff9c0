import { deleteObject } from '../api/deletion.ts';
import { resourceNames } from '../api/kinds.ts';
import { resources } from '../api/resources.ts';
import type { Context } from '../context.ts';
import type { Controller } from './controller.ts';

/** Empties namespaces that are being deleted, then removes them (pkg/controller/namespace/deletion). */
export function namespaceController(context: Context): Controller {
  const namespaced = resourceNames.filter((name) => resources[name].namespaced);
  return {
    name: 'namespace',
    watches: ['namespaces', 'pods'],
    sync() {
      const { store } = context;
      for (const namespace of store.list('namespaces')) {
        if (namespace.metadata.deletionTimestamp === undefined) continue;
        const { name } = namespace.metadata;
        for (const resource of namespaced) {
          for (const object of store.list(resource, name)) {
            if (object.metadata.deletionTimestamp === undefined) deleteObject(context, resource, object);
          }
        }
        const empty = namespaced.every((resource) => store.list(resource, name).length === 0);
        if (empty) store.remove('namespaces', namespace);
      }
      return undefined;
    },
  };
}
