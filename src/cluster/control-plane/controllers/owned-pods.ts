import { deleteObject } from '../api/deletion.ts';
import type { DaemonSet, Deployment, Pod } from '../api/kinds.ts';
import { createObject } from '../api/registry.ts';
import type { Context } from '../context.ts';
import { recordEvent } from './events.ts';

/** What a controller does to pods of its own, with the event that the real one records. `source`: the controller. */
export function ownedPods(context: Context, source: string) {
  const record = (owner: DaemonSet | Deployment, reason: string, message: string) =>
    recordEvent(context, owner, { type: 'Normal', reason, message, source });
  return {
    create(owner: DaemonSet | Deployment, body: Parameters<typeof createObject<'pods'>>[3]): void {
      const pod = createObject(context, 'pods', owner.metadata.namespace, body);
      record(owner, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    },
    remove(owner: DaemonSet | Deployment, pod: Pod): void {
      deleteObject(context, 'pods', pod);
      record(owner, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    },
  };
}
