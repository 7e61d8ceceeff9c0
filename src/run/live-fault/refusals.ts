import type { CoreV1Api } from '@kubernetes/client-node';
import { filledCommand } from '../../base/command-template.ts';
import { messageOf } from '../../base/errors.ts';
import type { NodeName } from '../../base/units.ts';
import type { PlannedFault, PlannedOwnCluster } from '../../plan/schema.ts';
import type { PodGroup } from '../cluster-sight.ts';
import { evictionRefusals, type LiveNode, targetRefusals } from './decide.ts';
import { liveFaults } from './names.ts';
import { liveNodes, ownPlace, podsOnNode, servingPods } from './read.ts';

interface Question {
  readonly fault: Pick<PlannedFault, 'kind' | 'commands'>;
  readonly targets: readonly NodeName[];
  /** Of the Service. */
  readonly pods: PodGroup;
  readonly ownCluster: Pick<PlannedOwnCluster, 'optIn' | 'maxNodes' | 'deleteEmptydirData'>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Every reason why an experiment's fault must not touch these nodes, by the cluster as it is now; empty: it may. */
export async function ownClusterRefusals(core: CoreV1Api, question: Question): Promise<string[]> {
  const { targets, pods: group, ownCluster, env } = question;
  const { optIn, maxNodes, deleteEmptydirData } = ownCluster;
  const fault = liveFaults.find((one) => one === question.fault.kind);
  if (fault === undefined)
    return [`${question.fault.kind} is not injected into a cluster that is there already`];
  const [nodes, pods, own] = await Promise.all([
    liveNodes(core),
    servingPods(core, group),
    ownPlace(core, env),
  ]);
  const reasons = targetRefusals({
    ...{ fault, targets, nodes, ingress: new Set(pods.keys()), optIn, maxNodes, own },
  });
  switch (fault) {
    case 'pod-delete': {
      const bare = targets.filter((node) => !pods.has(node));
      return [...reasons, ...bare.map((node) => `no ready pod of the Service runs on ${node}`)];
    }
    case 'drain': {
      const onThem = await Promise.all(targets.map((node) => podsOnNode(core, node)));
      return [...reasons, ...evictionRefusals(onThem.flat(), deleteEmptydirData)];
    }
    case 'command': {
      const found = nodes.filter(({ name }) => targets.includes(name));
      return [...reasons, ...found.flatMap((node) => unfilled(node, question.fault.commands))];
    }
  }
}

/** What the commands name and the node has not: asked of all nodes before the first command is run. */
function unfilled(node: LiveNode, commands: PlannedFault['commands']): string[] {
  if (commands === undefined) return ['it has no command'];
  const reasons = Object.values(commands).flatMap((words) => {
    try {
      filledCommand(words, node);
      return [];
    } catch (error) {
      return [messageOf(error)];
    }
  });
  return [...new Set(reasons)];
}
