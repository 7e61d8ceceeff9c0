import { execFileSync } from 'node:child_process';

const docker = (...args: string[]): string =>
  execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** kubectl inside the control plane of a kind cluster: this machine need not have one. */
export function kubectl(cluster: string, ...args: string[]): string {
  const config = ['--kubeconfig', '/etc/kubernetes/admin.conf'];
  return docker('exec', `${cluster}-control-plane`, 'kubectl', ...config, ...args);
}

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
    readonly externalTrafficPolicy?: string;
  };
  readonly status: {
    readonly phase?: string;
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const itemsOf = (cluster: string, ...what: string[]): readonly Item[] =>
  JSON.parse(kubectl(cluster, 'get', ...what, '--output', 'json')).items;

const isReady = ({ status }: Item): boolean =>
  status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';

/** All that a run may change in a kind cluster and beside it, so that two states can be compared word for word. */
export function clusterState(cluster: string): Record<string, readonly string[]> {
  const nodes = itemsOf(cluster, 'nodes');
  const pods = itemsOf(cluster, 'pods', '--all-namespaces');
  return {
    nodes: nodes.map(
      (node) =>
        `${node.metadata.name} ${JSON.stringify(Object.entries(node.metadata.labels ?? {}).sort())} ${isReady(node)} ` +
        `cordoned ${node.spec.unschedulable === true} ${JSON.stringify(node.status.addresses)} ` +
        `${(node.spec.taints ?? [])
          .map(({ key, value = '', effect }) => `${key}=${value}:${effect}`)
          .sort()
          .join(' ')}`,
    ),
    policies: itemsOf(cluster, 'services', '--all-namespaces').map(
      ({ metadata, spec }) => `${metadata.namespace}/${metadata.name} ${spec.externalTrafficPolicy ?? '-'}`,
    ),
    // A pod that a node's shutdown ended stays in the API as Failed; where its controller's new one runs is compared.
    placement: pods
      .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase !== 'Failed')
      .map((pod) => `${ownerOf(pod)} on ${pod.spec.nodeName} ${isReady(pod)}`)
      .sort(),
    leases: itemsOf(cluster, 'leases', '--namespace', 'kube-system')
      .map(({ metadata }) => metadata.name)
      .filter((name) => name === 'midflight'),
    network: nodes.map(({ metadata: { name } }) => `${name}: ${dropRules(name)}`),
    kubelets: nodes.map(({ metadata: { name } }) => `${name}: ${kubelet(name)}`),
    containers: lines(docker('ps', '--all', '--format', '{{.Names}} {{.State}}')).sort(),
    networks: lines(docker('network', 'ls', '--format', '{{.Name}}')).sort(),
    volumes: lines(docker('volume', 'ls', '--quiet')).sort(),
  };
}

/** The app that a pod is of; its own name is made anew with each pod. */
const ownerOf = ({ metadata: { labels = {}, namespace = '', name } }: Item): string =>
  `${namespace}/${labels['app.kubernetes.io/name'] ?? labels['k8s-app'] ?? labels.app ?? name}`;

function dropRules(node: string): string {
  const tables = ['raw', 'mangle'].map((table) =>
    docker('exec', '--privileged', node, 'iptables', '-w', '-t', table, '-S'),
  );
  return lines(tables.join('\n'))
    .filter((rule) => rule.endsWith('-j DROP'))
    .join('; ');
}

function kubelet(node: string): string {
  return docker('exec', node, 'sh', '-c', 'systemctl is-active kubelet || true').trim();
}
