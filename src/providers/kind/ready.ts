import type { CoreV1Api } from '@kubernetes/client-node';
import { hasReadyCondition } from '../../kube/ready.ts';
import { waitFor } from '../../kube/wait.ts';

/** Resolves when that many nodes are Ready. */
export async function allReady(core: CoreV1Api, count: number, signal: AbortSignal): Promise<void> {
  await waitFor(
    `${count} nodes to be Ready`,
    180_000,
    signal,
    async () => {
      const { items } = await core.listNode();
      const ready = items.filter(hasReadyCondition);
      return ready.length >= count;
    },
    { pauseMs: 250 },
  );
}
