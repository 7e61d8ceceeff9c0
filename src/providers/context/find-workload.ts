import type { CoreV1Api } from '@kubernetes/client-node';
import { MidflightError } from '../../base/errors.ts';
import { isReadyPod } from '../../kube/pods.ts';
import type { Workload } from '../provider.ts';

/** Resolves with the workload if it is there and serves: nothing is installed, and nothing is waited for. */
export async function findWorkload(
  core: CoreV1Api,
  workload: Workload,
  signal: AbortSignal,
): Promise<Workload> {
  await core.readNamespacedService({ ...workload.service });
  for (const part of ['ingress', 'app'] as const) {
    signal.throwIfAborted();
    const { namespace, labelSelector } = workload[part];
    const { items } = await core.listNamespacedPod({ namespace, labelSelector });
    if (items.some(isReadyPod)) continue;
    throw new MidflightError('cluster-failed', `no pod of the ${part} is Ready (${labelSelector})`, {
      where: `namespace ${namespace}`,
      hint: `kubectl get pods --namespace ${namespace} --selector '${labelSelector}'`,
    });
  }
  return workload;
}
