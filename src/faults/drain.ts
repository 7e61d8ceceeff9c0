import { PatchStrategy, setHeaderOptions, type V1Pod } from '@kubernetes/client-node';
import { MidflightError } from '../base/errors.ts';
import type { NodeName } from '../base/units.ts';
import { faultShapes } from '../plan/fault-shape.ts';
import type { PodRef } from '../providers/provider.ts';
import type { Fault, FaultContext } from './fault.ts';

/** As kubectl drain: a disruption budget's 429 is asked again after 5 s (kubectl/pkg/drain/drain.go). */
const retryAfter = 5000;
/** Evictions and the ends of the pods together, cluster time. */
const within = 300_000;

/** Cordon, then evict every pod but those of DaemonSets, as `kubectl drain --ignore-daemonsets` does. */
export const drain: Fault = {
  kind: 'drain',
  ...faultShapes.drain,
  async inject(context, node) {
    context.began(context.now(), 'cordoned, its pods evicted');
    await setUnschedulable(context, node, true);
    const pods = await context.podsOn(node, 'all');
    const evicted = (await Promise.all(pods.map((pod) => evict(context, pod)))).filter(Boolean).length;
    return { affected: evicted, detail: evictedWords(evicted, pods.length) };
  },
  recover: (context, node) => setUnschedulable(context, node, false),
};

function evictedWords(evicted: number, pods: number): string {
  if (evicted > 0) return `${evicted} ${evicted === 1 ? 'pod' : 'pods'} evicted`;
  return pods === 0
    ? 'no pod was evicted: none runs there'
    : 'no pod was evicted: those that run there belong to DaemonSets, which a drain leaves';
}

async function setUnschedulable(context: FaultContext, node: NodeName, value: boolean): Promise<void> {
  await context.core.patchNode(
    { name: node, body: { spec: { unschedulable: value } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
}

/** False for a pod that a drain leaves, or that has ended of itself meanwhile. */
async function evict(context: FaultContext, ref: PodRef): Promise<boolean> {
  const pod = await read(context, ref);
  if (pod === undefined || pod.metadata?.ownerReferences?.some(({ kind }) => kind === 'DaemonSet'))
    return false;
  const { name, namespace } = ref;
  for (let waited = 0; waited < within; waited += retryAfter) {
    const answer = await codeOf(
      context.core.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } }),
    );
    if (answer === 404) return false;
    if (answer === 200) {
      await ended(context, ref);
      return true;
    }
    if (answer !== 429) {
      throw new MidflightError(
        'fault-failed',
        `pod ${name} could not be evicted: the API answered ${answer}`,
      );
    }
    await context.sleep(retryAfter);
  }
  throw new MidflightError('fault-failed', `a disruption budget kept pod ${name} for ${within / 1000} s`, {
    hint: 'kubectl get poddisruptionbudgets --all-namespaces',
  });
}

async function ended(context: FaultContext, ref: PodRef): Promise<void> {
  for (let waited = 0; waited < within; waited += 500) {
    const pod = await read(context, ref);
    if (pod === undefined || pod.metadata?.uid !== ref.uid) return;
    await context.sleep(500);
  }
  throw new MidflightError(
    'fault-failed',
    `pod ${ref.name} did not end within ${within / 1000} s of its eviction`,
  );
}

async function read(context: FaultContext, ref: PodRef): Promise<V1Pod | undefined> {
  try {
    return await context.core.readNamespacedPod({ name: ref.name, namespace: ref.namespace });
  } catch (error) {
    if (httpCode(error) === 404) return undefined;
    throw error;
  }
}

async function codeOf(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return 200;
  } catch (error) {
    const code = httpCode(error);
    if (code === undefined) throw error;
    return code;
  }
}

function httpCode(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;
}
