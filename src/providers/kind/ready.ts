import type { CoreV1Api } from '@kubernetes/client-node';
import { waitFor } from '../wait.ts';

/** Resolves when that many nodes are Ready. */
export async function allReady(core: CoreV1Api, count: number, signal: AbortSignal): Promise<void> {
  await waitFor(
    `${count} nodes to be Ready`,
    180_000,
    signal,
    async () => {
      const { items } = await core.listNode();
      const ready = items.filter(({ status }) =>
        status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
      );
      return ready.length >= count;
    },
    250,
  );
}
