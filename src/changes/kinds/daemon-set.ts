import type { V1DaemonSet, V1Pod } from '@kubernetes/client-node';
import * as z from 'zod';
import { isBeingDeleted, isOver } from '../../kube/pods.ts';
import { hasReadyCondition } from '../../kube/ready.ts';
import { type Setting, settingChange, type World, waitIn } from '../change.ts';
import { orGone } from './patching.ts';

const target = z.object({ namespace: z.string(), name: z.string() });
/** Null: there is no such DaemonSet. Else its manifest, as JSON: it may have to be made again from the journal alone. */
const value = z.object({ manifest: z.string().nullable() });

type Target = z.infer<typeof target>;
type Value = z.infer<typeof value>;

/** How long its pods may take to end, cluster time: their own grace period and this. */
const endWithin = 60_000;

/**
 * A DaemonSet of ours, there or not. Taking it away waits until its last pod has ended, or is being deleted on a node that is
 * not Ready: nobody there can end it, and Kubernetes sends nothing to it any more.
 */
const setting: Setting<Target, Value> = {
  kind: 'daemon-set',
  target,
  value,
  describe: ({ namespace, name }, { manifest }) =>
    manifest === null ? `no DaemonSet ${namespace}/${name}` : `DaemonSet ${namespace}/${name}`,
  async read(world, { namespace, name }) {
    const found = await orGone(() => world.apps().readNamespacedDaemonSet({ namespace, name }));
    if (found === null) return { manifest: null };
    const { metadata, spec } = found;
    const body = { metadata: { name, namespace, labels: metadata?.labels }, spec };
    return { manifest: JSON.stringify(body) };
  },
  async write(world, at, { manifest }) {
    if (manifest === null) return remove(world, at);
    const body: V1DaemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', ...JSON.parse(manifest) };
    await world.apps().createNamespacedDaemonSet({ namespace: at.namespace, body });
  },
  // The API fills in defaults: only whether it is there counts.
  same: (one, other) => (one.manifest === null) === (other.manifest === null),
};

async function remove(world: World, { namespace, name }: Target): Promise<void> {
  const found = await orGone(() => world.apps().readNamespacedDaemonSet({ namespace, name }));
  if (found === null) return;
  const { selector, template } = found.spec ?? {};
  const labelSelector = Object.entries(selector?.matchLabels ?? {})
    .map(([key, text]) => `${key}=${text}`)
    .join(',');
  const grace = (template?.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
  await orGone(() => world.apps().deleteNamespacedDaemonSet({ namespace, name }));
  await waitIn(
    world,
    `the pods of DaemonSet ${namespace}/${name} to end`,
    grace + endWithin,
    async () => {
      const { items } = await world.core().listNamespacedPod({ namespace, labelSelector });
      const left = items.filter((pod) => !isOver(pod));
      const lost = await Promise.all(left.map((pod) => isBeingDeleted(pod) && isOnLostNode(world, pod)));
      return lost.every(Boolean);
    },
    { pauseMs: 500, code: 'cluster-failed' },
  );
}

/** Its node is not Ready, or gone. */
async function isOnLostNode(world: World, { spec }: V1Pod): Promise<boolean> {
  const { items } = await world.core().listNode({ fieldSelector: `metadata.name=${spec?.nodeName}` });
  return !items.some(hasReadyCondition);
}

export const daemonSet = settingChange(setting);
