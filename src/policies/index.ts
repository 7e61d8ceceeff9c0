import type { PolicyName } from '../scenario/schema.ts';
import { cluster } from './cluster.ts';
import { clusterToLocal } from './cluster-to-local.ts';
import { local } from './local.ts';
import { localToCluster } from './local-to-cluster.ts';
import type { Strategy } from './strategy.ts';

/** Every strategy that a scenario may name. */
export const strategies: Record<PolicyName, Strategy> = {
  Cluster: cluster,
  Local: local,
  'Cluster->Local': clusterToLocal,
  'Local->Cluster': localToCluster,
};

export type { PolicyContext, Strategy, TrafficPolicy } from './strategy.ts';
