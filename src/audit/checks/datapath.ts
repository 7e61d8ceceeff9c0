import type { DatapathId } from '../facts/datapath.ts';
import type { Severity } from '../schema.ts';
import type { ClusterCheck } from './check.ts';

interface Caution {
  readonly severity: Severity;
  readonly summary: string;
  readonly source: string;
  readonly remedy: string;
}

const cautions: Partial<Record<DatapathId, Caution>> = {
  cilium: {
    severity: 'info',
    summary:
      'Cilium carries the connections: under Local it does not fall back to terminating endpoints, so a rollout of the only pod of a node drops connections',
    source: 'cilium/cilium#37613',
    remedy: 'keep a second ready pod on each ingress node during rollouts (maxSurge, not maxUnavailable)',
  },
  'calico-ebpf': {
    severity: 'info',
    summary:
      'Calico in eBPF mode carries the connections: with direct server return, answers do not pass the transit node',
    source: 'Calico docs, "Enable the eBPF data plane"',
    remedy: 'midflight models kube-proxy: measure with midflight watch',
  },
  'kube-router': {
    severity: 'medium',
    summary:
      'kube-router has applied Local to ClusterIP traffic as well, and old versions have no healthCheckNodePort',
    source: 'cloudnativelabs/kube-router#1597 and #455',
    remedy: 'use a version in which both are fixed before a change to Local',
  },
  'kube-proxy-ipvs': {
    severity: 'low',
    summary: 'kube-proxy in IPVS mode is deprecated since Kubernetes 1.35',
    source: 'KEP-5495',
    remedy: 'move to nftables',
  },
  'kube-proxy-nftables': {
    severity: 'info',
    summary: 'kube-proxy in nftables mode answers node ports on the primary addresses of a node only',
    source: 'pkg/proxy/apis/config/types.go, nodePortAddresses',
    remedy: 'nothing, if the balancer sends to primary addresses',
  },
};

export const datapath: ClusterCheck = {
  id: 'MF017',
  name: 'datapath',
  severity: 'info',
  words: 'What carries connections on the nodes has a peculiarity that matters here.',
  scenario: null,
  of: 'cluster',
  find({ datapath: { id, evidence, confidence }, services }) {
    const caution = cautions[id];
    if (caution === undefined || services.length === 0) return [];
    const { severity, summary, source, remedy } = caution;
    return [{ severity, confidence, summary, evidence: [evidence, source], remedy: { text: remedy } }];
  },
};
