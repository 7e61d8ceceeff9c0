import { CoordinationV1Api } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { runLease } from '../../changes/kinds/index.ts';
import { refuseIfHeld } from '../../kube/lease.ts';
import { openCluster } from './cluster.ts';

/** How long the API of a kept cluster may take to answer; real milliseconds. */
const answerMs = 5000;

/**
 * Before anything on a kept cluster is touched: another user or machine may be running on it, of whom no file here knows.
 * If the API does not answer, nobody's run can use it. Throws `cluster-failed` with the holder of its lease.
 */
export async function refuseIfInUse(name: string): Promise<void> {
  const look = async () => {
    const { kubeConfig } = await openCluster(name);
    await refuseIfHeld({ ...runLease, api: kubeConfig.makeApiClient(CoordinationV1Api) });
  };
  try {
    await Promise.race([look(), monotonic.sleep(answerMs)]);
  } catch (error) {
    if (error instanceof MidflightError && error.code === 'cluster-failed') throw error;
  }
}
