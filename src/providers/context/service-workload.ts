import type { CoreV1Api } from '@kubernetes/client-node';
import { MidflightError } from '../../base/errors.ts';
import { labelSelectorText } from '../../kube/labels.ts';
import type { Workload } from '../provider.ts';

/**
 * The workload of a Service: its pods are the ingress, and count as the app behind it as well, as nothing in the cluster
 * shows which pods that is. Throws `cluster-failed` if it selects no pods.
 */
export async function serviceWorkload(
  core: Pick<CoreV1Api, 'readNamespacedService'>,
  { namespace, name }: Workload['service'],
  url: string,
): Promise<Workload> {
  const { spec } = await core.readNamespacedService({ namespace, name });
  const labelSelector = labelSelectorText(spec?.selector ?? {});
  if (labelSelector === '')
    throw new MidflightError('cluster-failed', 'it selects no pods: which nodes serve is not known', {
      where: `Service ${namespace}/${name}`,
    });
  const pods = { namespace, labelSelector };
  return {
    service: { namespace, name },
    ingress: pods,
    app: { ...pods, service: name },
    hostname: new URL(url).host,
  };
}
