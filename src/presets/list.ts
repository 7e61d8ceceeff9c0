import type { PresetName } from '../scenario/schema.ts';
import { awsClb } from './aws-clb.ts';
import { awsNlbIntree } from './aws-nlb-intree.ts';
import { awsNlbLbc } from './aws-nlb-lbc.ts';
import { azure } from './azure.ts';
import { cloudProviderKind } from './cloud-provider-kind.ts';
import { custom } from './custom.ts';
import { digitalocean } from './digitalocean.ts';
import { gke } from './gke.ts';
import { gkeTargetPool } from './gke-target-pool.ts';
import { octavia } from './octavia.ts';
import type { PlannedEdge } from './schema.ts';

/** Every load balancer that a scenario may name. */
export const presets: Record<PresetName, PlannedEdge> = {
  gke,
  'gke-target-pool': gkeTargetPool,
  'aws-nlb-lbc': awsNlbLbc,
  'aws-nlb-intree': awsNlbIntree,
  'aws-clb': awsClb,
  azure,
  digitalocean,
  octavia,
  'cloud-provider-kind': cloudProviderKind,
  custom,
};
