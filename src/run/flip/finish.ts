import { CoreV1Api } from '@kubernetes/client-node';
import * as z from 'zod';
import { systemClock } from '../../base/clock.ts';
import { trafficPolicies } from '../../catalogue/policies.ts';
import { type SwitchoverName, switchoverNames } from '../../catalogue/switchovers.ts';
import { resumeLog } from '../../changes/change-log.ts';
import { type JournalContent, resumeJournal } from '../../changes/journal.ts';
import { apiKinds, runLeaseHold } from '../../changes/kinds/index.ts';
import { bounded } from '../../kube/bounded.ts';
import type { PlannedEdge } from '../../plan/schema.ts';
import { contextTools, openPlace } from '../../providers/context/tools.ts';
import { presetNames } from '../../scenario/parts/edge.ts';
import { readFlipped } from './context.ts';
import { openFlip } from './flip.ts';

const place = z.object({
  provider: z.literal('context'),
  namespace: z.string(),
  service: z.string(),
  to: z.enum(trafficPolicies),
  strategy: z.enum(switchoverNames as [SwitchoverName, ...SwitchoverName[]]),
  balancer: z.enum(presetNames),
});

interface FinishOptions {
  /** How a balancer behaves. */
  edgeOf(preset: z.infer<typeof place>['balancer']): PlannedEdge;
  say(text: string): void;
}

/** Whether what a dead process left is a flip that can be completed. */
export const isFlip = ({ opening }: JournalContent): boolean => place.safeParse(opening.place).success;

/** How long nothing may happen before a step counts as over, though no client is watched. */
const stabilityMs = 5000;

/**
 * Completes a flip whose process died: its steps from the beginning, each of which leaves alone what is done already. No
 * client is watched; the balancer's own times decide. Rejects if it could not be: then it has been rolled back.
 */
export async function finishFlip(
  file: string,
  content: JournalContent,
  signal: AbortSignal,
  { edgeOf, say }: FinishOptions,
): Promise<void> {
  const { opening, open } = content;
  const { namespace, service: name, to, strategy, balancer } = place.parse(opening.place);
  const { world } = await contextTools(opening.place, open);
  for (const { kind, target, wanted } of open) {
    if (kind !== runLeaseHold.kind) continue;
    const made = {
      target: runLeaseHold.target.parse(target),
      before: null,
      wanted: runLeaseHold.wanted.parse(wanted),
    };
    await runLeaseHold.undo(world(signal), made); // its process is dead, and its lease has not ended yet
  }
  const kubeConfig = openPlace(opening.place);
  const server = `the API server of ${kubeConfig.currentContext}`;
  const service = await readFlipped(bounded(kubeConfig.makeApiClient(CoreV1Api), server), {
    namespace,
    name,
  });
  const changes = resumeLog(
    { journal: resumeJournal(file), world, signal, now: systemClock.wall },
    content,
    apiKinds,
  );
  const flip = await openFlip({
    ...{ kubeConfig, changes, say, stabilityMs, strategy },
    service,
    edge: edgeOf(balancer),
    final: to,
    clock: systemClock,
  }).catch((error: unknown) => {
    changes.close();
    throw error;
  });
  try {
    await flip.take(signal, signal, () => true);
  } finally {
    await flip.close();
  }
}
