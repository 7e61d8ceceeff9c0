import type { PresetAlias, PresetName } from '../scenario/schema.ts';
import { awsAlb } from './aws-alb.ts';
import { awsClb } from './aws-clb.ts';
import { awsNlbIntree } from './aws-nlb-intree.ts';
import { awsNlbLbc } from './aws-nlb-lbc.ts';
import { awsNlbLbcKeep } from './aws-nlb-lbc-keep.ts';
import { azure } from './azure.ts';
import { azureMultiSlb } from './azure-multi-slb.ts';
import { azureSharedProbe } from './azure-shared-probe.ts';
import { cloudProviderKind } from './cloud-provider-kind.ts';
import { cloudProviderKindOld } from './cloud-provider-kind-old.ts';
import { custom } from './custom.ts';
import { digitaloceanNetwork } from './digitalocean-network.ts';
import { digitaloceanRegional } from './digitalocean-regional.ts';
import { gkeIlbSubsetting } from './gke-ilb-subsetting.ts';
import { gkeInstanceGroup } from './gke-instance-group.ts';
import { gkeNeg } from './gke-neg.ts';
import { gkeTargetPool } from './gke-target-pool.ts';
import { haproxy } from './haproxy.ts';
import { haproxyHttp } from './haproxy-http.ts';
import { hetzner } from './hetzner.ts';
import { metallbBgp } from './metallb-bgp.ts';
import { metallbL2 } from './metallb-l2.ts';
import { octavia } from './octavia.ts';
import { podDirect } from './pod-direct.ts';
import type { PlannedEdge } from './schema.ts';

/** Every load balancer that a scenario may name. */
export const presets: Record<PresetName, PlannedEdge> = {
  'gke-neg': gkeNeg,
  'gke-instance-group': gkeInstanceGroup,
  'gke-target-pool': gkeTargetPool,
  'gke-ilb-subsetting': gkeIlbSubsetting,
  'aws-nlb-lbc': awsNlbLbc,
  'aws-nlb-lbc-keep': awsNlbLbcKeep,
  'aws-nlb-intree': awsNlbIntree,
  'aws-clb': awsClb,
  azure,
  'azure-shared-probe': azureSharedProbe,
  'azure-multi-slb': azureMultiSlb,
  'digitalocean-network': digitaloceanNetwork,
  'digitalocean-regional': digitaloceanRegional,
  octavia,
  hetzner,
  'metallb-l2': metallbL2,
  'metallb-bgp': metallbBgp,
  'cloud-provider-kind': cloudProviderKind,
  'cloud-provider-kind-old': cloudProviderKindOld,
  haproxy,
  'aws-alb': awsAlb,
  'haproxy-http': haproxyHttp,
  'pod-direct': podDirect,
  custom,
};

/** What a cloud's name alone means: what that cloud makes by default today, and the notice that explains it. */
export const aliases: Record<PresetAlias, { readonly preset: PresetName; readonly notice: string }> = {
  gke: {
    preset: 'gke-neg',
    notice:
      "edge.preset gke is taken as gke-neg, GKE's default from 1.37 (endpoint groups: a flip changes the nodes behind the balancer); gke-instance-group is a backend service over instance groups (a flip changes its check only), gke-target-pool the oldest kind (a flip takes the address away)",
  },
  digitalocean: {
    preset: 'digitalocean-network',
    notice:
      'edge.preset digitalocean is taken as digitalocean-network, the default from Kubernetes 1.33 (passthrough); digitalocean-regional is the proxy from before',
  },
};
