import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { kubeConfigFromText } from '../../kube/config.ts';
import type { Plan } from '../../plan/schema.ts';
import { imagesOf, type KindImages } from './images.ts';
import { must, runShell } from './shell.ts';

/** Every cluster of ours has it in its name; others are never touched. */
export const clusterPrefix = 'midflight-';
/** The prefix of the names of clusters that go with their run. */
export const runPrefix = `${clusterPrefix}run-`;

export interface KindCluster {
  readonly name: string;
  /** The kubeconfig for this process. */
  readonly kubeConfig: KubeConfig;
  /** The kubeconfig for containers on the kind network. */
  readonly internalKubeConfig: string;
}

/** Throws if kind or Docker do not answer: then nobody knows what exists. */
export async function existingClusters(): Promise<string[]> {
  const stdout = await must(['kind', 'get', 'clusters'], {
    hint: 'midflight doctor --cluster kind says what this machine lacks',
  });
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((name) => name.startsWith(clusterPrefix));
}

/** Creates a cluster; the user's own kubeconfig is not touched. Its nodes need not be Ready yet. */
export async function createKindCluster(
  name: string,
  config: string,
  plan: Plan,
  signal: AbortSignal,
): Promise<KindCluster> {
  const { node } = imagesOf(plan.images);
  const folder = mkdtempSync(join(tmpdir(), 'midflight-kind-'));
  try {
    await must(
      [
        'kind',
        'create',
        'cluster',
        '--name',
        name,
        '--image',
        node,
        '--config',
        '-',
        '--kubeconfig',
        join(folder, 'kubeconfig'),
      ],
      { input: config, signal, hint: 'midflight doctor --cluster kind says what this machine lacks' },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return openCluster(name);
}

/** A cluster that exists. */
export async function openCluster(name: string): Promise<KindCluster> {
  const [outside, inside] = await Promise.all([
    must(['kind', 'get', 'kubeconfig', '--name', name]),
    must(['kind', 'get', 'kubeconfig', '--name', name, '--internal']),
  ]);
  return { name, kubeConfig: kubeConfigFromText(outside), internalKubeConfig: inside };
}

/** How many checks in a row must find no container before a cluster counts as gone. */
const looks = 4;
const lookMs = 500;
const turns = 60;

/** Removes a cluster of ours, paused nodes and all. */
export async function deleteCluster(name: string): Promise<void> {
  if (!name.startsWith(clusterPrefix)) {
    throw new MidflightError('internal', `${name} is no cluster of midflight's and will not be deleted`);
  }
  const label = `label=io.x-k8s.kind.cluster=${name}`;
  const hint = `kind delete cluster --name ${name}`;
  // If its creation was interrupted, Docker goes on with what it was asked for: more may come after the first look.
  for (let empty = 0, turn = 0; empty < looks; turn += 1) {
    if (turn === turns)
      throw new MidflightError('cluster-failed', `${name} still has containers after its deletion`, { hint });
    if (empty === 0) await must(['kind', 'delete', 'cluster', '--name', name], { hint });
    const { stdout } = await runShell(['docker', 'ps', '--all', '--quiet', '--filter', label]);
    empty = stdout.trim() === '' ? empty + 1 : 0;
    if (empty < looks) await monotonic.sleep(lookMs);
  }
}

/** Containers of a cluster that are its nodes, by name. */
export async function nodeContainers(name: string): Promise<string[]> {
  const { stdout } = await runShell(['kind', 'get', 'nodes', '--name', name]);
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(name));
}

/** Images that a node has to have and has not, put there from this machine's; a public one is pulled by the node itself. */
export async function loadImages(
  cluster: string,
  nodes: readonly string[],
  images: KindImages,
  signal: AbortSignal,
): Promise<void> {
  const held = await Promise.all(
    nodes.map(async (node) => {
      const list = ['docker', 'exec', node, 'ctr', '-n', 'k8s.io', 'images', 'ls', '-q'];
      const { stdout } = await runShell(list, { signal });
      return { node, images: new Set(stdout.split('\n').map((line) => line.trim())) };
    }),
  );
  for (const image of [images.traefik, images.app]) {
    const without = held.filter((each) => !each.images.has(fullName(image))).map(({ node }) => node);
    if (without.length === 0) continue;
    const local = await runShell(['docker', 'image', 'inspect', image], { signal });
    if (!local.ok) continue;
    const to = ['--name', cluster, '--nodes', without.join(',')];
    await must(['kind', 'load', 'docker-image', image, ...to], { signal });
  }
}

/** containerd's name of an image: registry, repository and tag in full. */
function fullName(image: string): string {
  const [first = ''] = image.split('/');
  const hasRegistry =
    image.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost');
  const named = hasRegistry ? image : `docker.io/${image.includes('/') ? image : `library/${image}`}`;
  return /[:@][^/]+$/.test(named) ? named : `${named}:latest`;
}
