import { StatusError } from '../api/status.ts';

const revisions = /^\/apis\/apps\/v1\/(namespaces\/[^/]+\/)?(replicasets|controllerrevisions)(\/[^/]+)?$/;

/** What kubectl asks for `rollout history` and `rollout undo`: a reason in place of a bare 404; undefined: another path. */
export function notKept(path: string): StatusError | undefined {
  if (!revisions.test(path)) return undefined;
  const message =
    'the embedded cluster keeps no revisions of a Deployment or DaemonSet: there is no history to show or to go back to; apply the earlier manifest';
  return new StatusError(501, 'NotImplemented', message);
}
