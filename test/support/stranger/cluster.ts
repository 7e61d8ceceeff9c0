import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/base/package.ts';
import { excludeLabel } from '../../../src/kube/names.ts';
import { kindImages } from '../kind.ts';

/** A kind cluster that midflight did not make: kind's own names, somebody's own labels, their own Traefik. */
export interface StrangersCluster {
  readonly name: string;
  readonly kubeconfig: string;
  /** The two nodes that run Traefik, and the three preemptible ones that run nothing of it. */
  readonly edge: readonly string[];
  readonly spot: readonly string[];
}

export const service = { namespace: 'front', name: 'gateway' } as const;
export const serviceKey = `${service.namespace}/${service.name}`;
/** Karpenter's mark, one of those in docs/audit.md. */
const spotLabel = 'karpenter.sh/capacity-type: spot';
const edgeLabel = 'shop.example/role: edge';

export const named = (name: string, kubeconfig: string): StrangersCluster => ({
  name,
  kubeconfig,
  edge: [`${name}-worker`, `${name}-worker2`],
  spot: [`${name}-worker3`, `${name}-worker4`, `${name}-worker5`],
});

/** Makes it with plain kind and kubectl; everything is Ready. */
export function createStranger({ name, kubeconfig }: Pick<StrangersCluster, 'name' | 'kubeconfig'>): void {
  const worker = (label: string) => `  - { role: worker, labels: { ${label} } }\n`;
  const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: { ipFamily: ipv4 }
nodes:
  - role: control-plane
${worker(edgeLabel).repeat(2)}${worker(spotLabel).repeat(3)}`;
  const { node } = kindImages();
  execFileSync(
    'kind',
    [
      ...['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--config', '-'],
      ...['--wait', '120s', ...(node === undefined ? [] : ['--image', node])],
    ],
    { input: config, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  const cluster = named(name, kubeconfig);
  loadImages(cluster);
  kubectl(cluster, ['wait', 'nodes', '--all', '--for=condition=Ready', '--timeout=120s']);
  const manifests = join(packageRoot(), 'test', 'support', 'stranger', 'manifests.yaml');
  kubectl(cluster, ['apply', '-f', '-'], readFileSync(manifests, 'utf8'));
  for (const deployment of ['shop', 'gateway'])
    kubectl(cluster, [
      ...['rollout', 'status', `deployment/${deployment}`, '--namespace', service.namespace],
      '--timeout=180s',
    ]);
}

/** What the node image lacks comes from this machine's Docker. */
function loadImages({ name, edge }: StrangersCluster): void {
  const listed = ['exec', edge[0] ?? '', 'ctr', '-n', 'k8s.io', 'images', 'ls', '-q'];
  const there = execFileSync('docker', listed, { encoding: 'utf8' });
  for (const image of ['traefik:v3.7', 'node:20-slim'])
    if (!there.includes(`docker.io/library/${image}\n`))
      execFileSync('kind', ['load', 'docker-image', image, '--name', name, '--nodes', edge.join(',')], {
        stdio: 'ignore',
      });
}

export function kubectl(
  { kubeconfig }: Pick<StrangersCluster, 'kubeconfig'>,
  args: readonly string[],
  input?: string,
): string {
  return execFileSync('kubectl', ['--kubeconfig', kubeconfig, ...args], {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
  });
}

/** The workers that the exclude label takes out of the balancer. The control plane has it from kind. */
export function excludedWorkers(cluster: StrangersCluster): string[] {
  const out = kubectl(cluster, ['get', 'nodes', '--selector', excludeLabel, '--output', 'name']).split('\n');
  return [...cluster.edge, ...cluster.spot].filter((name) => out.includes(`node/${name}`));
}

export const deleteStranger = ({ name, kubeconfig }: StrangersCluster): void => {
  execFileSync('kind', ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig], {
    stdio: 'ignore',
  });
};
