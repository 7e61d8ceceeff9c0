import { filledCommand } from '../../base/command-template.ts';
import type { NodeName } from '../../base/units.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import { nodeCommand, nodeCordon, podDeletion, podEviction } from '../../changes/kinds/index.ts';
import type { PodTarget } from '../../changes/kinds/pod.ts';
import type { LiveNode } from './decide.ts';

/** What is to be done, decided and checked before. */
export type LiveFault =
  | {
      readonly kind: 'drain';
      readonly pods: ReadonlyMap<NodeName, readonly PodTarget[]>;
      readonly limitMs: number;
    }
  | { readonly kind: 'pod-delete'; readonly pods: readonly PodTarget[]; readonly limitMs: number }
  | {
      readonly kind: 'command';
      readonly command: readonly string[];
      readonly recover: readonly string[];
      readonly limitMs: number;
    };

/**
 * Injects it on all nodes at once; resolves with what was done, one line for each, when it has taken hold everywhere. What is
 * undone by unwinding: cordons are lifted and recover commands run, also of nodes on which the command failed. Rejects if one
 * failed, once all have ended.
 */
export async function injectLive(
  fault: LiveFault,
  nodes: readonly LiveNode[],
  changes: Pick<ChangeLog, 'make'>,
): Promise<string[]> {
  // Filled in for all before the first is run: one that cannot be stops them all.
  const work = planned(fault, nodes, changes);
  const ended = await Promise.allSettled(work.map((one) => one()));
  const lines: string[] = [];
  for (const one of ended) {
    if (one.status === 'rejected') throw one.reason;
    lines.push(one.value);
  }
  return lines;
}

function planned(
  fault: LiveFault,
  nodes: readonly LiveNode[],
  changes: Pick<ChangeLog, 'make'>,
): (() => Promise<string>)[] {
  switch (fault.kind) {
    case 'drain':
      return nodes.map(({ name: node }) => async () => {
        await changes.make(nodeCordon, { node }, { cordoned: true });
        const pods = fault.pods.get(node) ?? [];
        const wanted = { limitMs: fault.limitMs };
        const evicted = await Promise.all(pods.map((pod) => changes.make(podEviction, pod, wanted)));
        const count = evicted.filter(Boolean).length;
        return `${node} cordoned, ${count} pod${count === 1 ? '' : 's'} evicted`;
      });
    case 'pod-delete':
      return fault.pods.map((pod) => async () => {
        await changes.make(podDeletion, pod, { graceSeconds: null, limitMs: fault.limitMs });
        return `pod ${pod.namespace}/${pod.name} on ${pod.node} has ended`;
      });
    case 'command': {
      const { limitMs } = fault;
      const filled = nodes.map((node) => ({
        node: node.name,
        command: filledCommand(fault.command, node),
        recover: filledCommand(fault.recover, node),
      }));
      return filled.map(({ node, command, recover }) => async () => {
        await changes.make(nodeCommand, { node }, { command, recover, limitMs });
        return `${node}: ${command.join(' ')}`;
      });
    }
  }
}
