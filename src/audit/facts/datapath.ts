import type { Lists } from '../snapshot.ts';

/** What carries connections from a node to pods. */
export type DatapathId =
  | 'kube-proxy-iptables'
  | 'kube-proxy-ipvs'
  | 'kube-proxy-nftables'
  | 'cilium'
  | 'calico-ebpf'
  | 'kube-router'
  | 'unknown';

export interface Datapath {
  readonly id: DatapathId;
  readonly evidence: string;
  readonly confidence: 'seen' | 'inferred';
}

/** kube-proxy's mode in its ConfigMap: `mode: "nftables"`. Empty: the default, iptables (pkg/proxy/apis/config/types.go). */
const modeLine = /^mode:\s*["']?(\w*)["']?\s*$/m;
const modes: Readonly<Record<string, DatapathId>> = {
  '': 'kube-proxy-iptables',
  iptables: 'kube-proxy-iptables',
  ipvs: 'kube-proxy-ipvs',
  nftables: 'kube-proxy-nftables',
};

/** The data path, inferred from what runs in the cluster; the node's own rules cannot be seen through the API. */
export function datapathOf({ workloads, configMaps, nodes }: Lists): Datapath {
  const daemons = workloads.filter(({ kind }) => kind === 'DaemonSet');
  const named = (name: string) => daemons.find(({ metadata }) => metadata.name === name);
  const config = (name: string) => configMaps.find(({ metadata }) => metadata.name === name)?.data;

  const replacement = config('cilium-config')?.['kube-proxy-replacement'];
  if (replacement === 'true' || replacement === 'strict')
    return seen('cilium', `ConfigMap cilium-config kube-proxy-replacement: ${replacement}`);
  if (named('anetd') !== undefined) return seen('cilium', 'DaemonSet anetd (GKE Dataplane V2)');
  const ebpf = 'kubernetes.azure.com/ebpf-dataplane';
  if (nodes.some(({ metadata }) => metadata.labels[ebpf] === 'cilium'))
    return seen('cilium', `node label ${ebpf}=cilium`);

  const calico = named('calico-node')?.spec.template.spec.containers.flatMap(({ env }) => env) ?? [];
  if (calico.some(({ name, value }) => name === 'FELIX_BPFENABLED' && value === 'true'))
    return seen('calico-ebpf', 'DaemonSet calico-node FELIX_BPFENABLED=true');

  const router = named('kube-router')?.spec.template.spec.containers.flatMap(wordsOf) ?? [];
  if (router.includes('--run-service-proxy=true'))
    return seen('kube-router', 'DaemonSet kube-router --run-service-proxy=true');

  const mode = modeLine.exec(config('kube-proxy')?.['config.conf'] ?? '\0')?.[1];
  if (mode !== undefined && modes[mode] !== undefined)
    return seen(modes[mode], `ConfigMap kube-proxy mode: ${mode === '' ? 'not set, iptables' : mode}`);
  const proxy = named('kube-proxy');
  if (proxy !== undefined) {
    const flag = proxy.spec.template.spec.containers
      .flatMap(wordsOf)
      .map((word) => /^--proxy-mode=(\w*)$/.exec(word)?.[1])
      .find((found) => found !== undefined);
    if (flag !== undefined && modes[flag] !== undefined)
      return seen(modes[flag], `DaemonSet kube-proxy --proxy-mode=${flag}`);
    return inferred('kube-proxy-iptables', 'DaemonSet kube-proxy, whose mode cannot be read: the default');
  }
  if (named('cilium') !== undefined) return inferred('cilium', 'DaemonSet cilium, and none of kube-proxy');
  return inferred('unknown', 'neither a kube-proxy nor a known replacement can be seen');
}

const wordsOf = ({ command, args }: { command: readonly string[]; args: readonly string[] }) => [
  ...command,
  ...args,
];
const seen = (id: DatapathId, evidence: string): Datapath => ({ id, evidence, confidence: 'seen' });
const inferred = (id: DatapathId, evidence: string): Datapath => ({ id, evidence, confidence: 'inferred' });
