import type { V1Node } from '@kubernetes/client-node';
import * as z from 'zod';
import { autoscalerTaint } from '../../kube/names.ts';
import { readyConditionOf } from '../../kube/ready.ts';
import { type ChangeKind, waitIn } from '../change.ts';
import { orGone } from './patching.ts';

const target = z.object({ node: z.string() });
/** Its manifest as JSON; null: there was none. */
const before = z.object({ manifest: z.string().nullable() });
const wanted = z.object({
  /** How long its readiness may last after its end. Cluster milliseconds. */
  limitMs: z.number(),
});

/**
 * The Node object of a machine that is gone is deleted, once it is NotReady: cloud-provider controllers/nodelifecycle/
 * node_lifecycle_controller.go, MonitorNodes, leaves Ready ones alone. Undone, there is one with its old labels, taints and
 * addresses of pods, unless its kubelet has made one meanwhile; whether it is Ready is for its kubelet to say.
 */
export const nodeDeletion: ChangeKind<
  z.infer<typeof target>,
  z.infer<typeof before>,
  z.infer<typeof wanted>
> = {
  kind: 'node-deletion',
  scope: 'cluster',
  target,
  before,
  wanted,
  describe: ({ node }) => `Node ${node} deleted`,
  async look(world, { node }) {
    const found = await orGone(() => world.core().readNode({ name: node }));
    if (found === null) return { manifest: null };
    const { labels, annotations } = found.metadata ?? {};
    const { podCIDR, podCIDRs, providerID, taints, unschedulable } = found.spec ?? {};
    const spec = { podCIDR, podCIDRs, providerID, taints: taints?.filter(isLasting), unschedulable };
    return { manifest: JSON.stringify({ metadata: { name: node, labels, annotations }, spec }) };
  },
  async do(world, { target: { node }, wanted: { limitMs } }) {
    const name = node;
    const isUnready = async () => {
      const found = await orGone(() => world.core().readNode({ name }));
      return found === null || readyConditionOf(found)?.status !== 'True';
    };
    await waitIn(world, `node ${node} to be NotReady`, limitMs, isUnready);
    await orGone(() => world.core().deleteNode({ name }));
  },
  async undo(world, { target: { node }, before: { manifest } }) {
    const found = await orGone(() => world.core().readNode({ name: node }));
    if (found !== null || manifest === null) return { result: 'already', detail: `Node ${node} is there` };
    const body: V1Node = { apiVersion: 'v1', kind: 'Node', ...JSON.parse(manifest) };
    await world.core().createNode({ body });
    return { result: 'restored', detail: `Node ${node} is there again` };
  },
};

/** Not those that the node controller keeps by the node's conditions, nor the one that announced its end. */
const isLasting = ({ key }: { readonly key: string }) =>
  key !== autoscalerTaint && !/^node\.kubernetes\.io\/(not-ready|unreachable)$/.test(key);
