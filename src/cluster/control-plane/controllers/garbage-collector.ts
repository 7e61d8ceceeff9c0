import { deleteObject, dependentsOf } from '../api/deletion.ts';
import { type KubeObject, resourceNames } from '../api/kinds.ts';
import type { Context } from '../context.ts';
import type { Controller } from './controller.ts';

const foreground = 'foregroundDeletion';

/** Deletes what has lost all its owners, and ends foreground deletions once nothing depends on the object any more. */
export function garbageCollector(context: Context): Controller {
  return {
    name: 'garbage-collector',
    watches: ['deployments', 'daemonsets', 'services', 'pods', 'endpointslices', 'nodes'],
    sync() {
      const { store } = context;
      const uids = new Set(
        resourceNames.flatMap((name) => store.list(name).map((object) => object.metadata.uid)),
      );
      for (const resource of resourceNames) {
        for (const object of store.list(resource)) {
          const owners = object.metadata.ownerReferences ?? [];
          const orphaned = owners.length > 0 && !owners.some(({ uid }) => uids.has(uid));
          if (orphaned && object.metadata.deletionTimestamp === undefined)
            deleteObject(context, resource, object);
          else if (isForeground(object)) {
            const left = [...dependentsOf(context, object)];
            for (const one of left) {
              if (one.object.metadata.deletionTimestamp === undefined)
                deleteObject(context, one.resource, one.object);
            }
            if (dependentsOf(context, object).next().done !== true) continue;
            const finalizers = object.metadata.finalizers?.filter((name) => name !== foreground) ?? [];
            const next = { ...object, metadata: { ...object.metadata, finalizers } };
            if (finalizers.length === 0) store.remove(resource, next);
            else store.put(resource, next);
          }
        }
      }
      return undefined;
    },
  };
}

function isForeground(object: KubeObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined &&
    object.metadata.finalizers?.includes(foreground) === true
  );
}
