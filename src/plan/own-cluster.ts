import type { ClusterName } from '../catalogue/clusters.ts';
import { defaultOptIn } from '../scenario/parts/own-cluster.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Plan, PlannedFault, PlannedOwnCluster } from './schema.ts';

type Block = NonNullable<Scenario['providers'][ClusterName]>;

/** The scenario's block for a cluster that is there already, with its defaults. The schema has checked its words. */
export function ownClusterOf(block: Block, context: string): PlannedOwnCluster {
  const [namespace = '', name = ''] = (block.service ?? '').split('/');
  const [, key = '', value = ''] = /^([^=]+)=(.*)$/.exec(block.optIn ?? defaultOptIn) ?? [];
  return {
    context,
    service: { namespace, name },
    url: block.url ?? '',
    address: block.address ?? null,
    probePath: block.probePath ?? null,
    optIn: { key, value },
    maxNodes: block.maxNodes ?? 1,
    deleteEmptydirData: block.deleteEmptydirData ?? false,
    maxLost: block.maxLost ?? null,
    maxFailed: block.maxFailed ?? null,
  };
}

/** A fault there chooses among the nodes alone whose owner allows it. */
export const onOwnCluster = (
  ownCluster: PlannedOwnCluster,
  fault: Plan['fault'],
): Pick<Plan, 'ownCluster' | 'fault'> => ({
  ownCluster,
  fault: fault === null ? null : { ...fault, target: allowed(fault.target, ownCluster) },
});

const allowed = (target: PlannedFault['target'], { optIn }: PlannedOwnCluster) => ({
  ...target,
  labels: { ...target.labels, [optIn.key]: optIn.value },
});
