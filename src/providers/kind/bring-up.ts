import { CoordinationV1Api, CoreV1Api } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { abortController } from '../../base/signals.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { TopologyNode } from '../../history/schema.ts';
import { internalAddressOf } from '../../kube/addresses.ts';
import type { Plan } from '../../plan/schema.ts';
import type { ProviderEvents } from '../provider.ts';
import { kindCluster, kindNetwork, kindUse } from './changes.ts';
import { type ContainerClock, containerClock } from './clock.ts';
import {
  clusterPrefix,
  createKindCluster,
  existingClusters,
  type KindCluster,
  loadImages,
  nodeContainers,
  openCluster,
} from './cluster.ts';
import { hashOf, kindConfigOf } from './config.ts';
import { type Anchor, startAnchor } from './containers.ts';
import { imageNodes } from './image-nodes.ts';
import { imagesOf } from './images.ts';
import { refuseIfInUse } from './in-use.ts';
import { pinOwnDeployments } from './own-deployments.ts';
import { kindPower } from './power.ts';
import { allReady } from './ready.ts';
import { removeWorkload, restoreNodes } from './restore.ts';

/** A cluster whose nodes are Ready, and what the provider holds of it. */
export interface Up {
  readonly plan: Plan;
  readonly cluster: KindCluster;
  readonly core: CoreV1Api;
  readonly anchor: Anchor;
  readonly clock: ContainerClock;
  readonly topology: readonly TopologyNode[];
  readonly controlPlane: readonly string[];
  readonly power: ReturnType<typeof kindPower>;
  readonly events: ProviderEvents;
}

interface BringUp {
  readonly plan: Plan;
  /** The cluster's name. */
  readonly name: string;
  readonly events: ProviderEvents;
  readonly signal: AbortSignal;
  readonly kept: boolean;
  readonly reuse: boolean;
  /** The kind configuration to start from. */
  readonly base: string;
  readonly changes: Pick<ChangeLog, 'make'>;
}

/** A kept cluster is found again by what it was made of. */
export const keptName = (plan: Plan, base: string): string =>
  `${clusterPrefix}${hashOf(`${kindConfigOf(plan, base)}${imagesOf(plan.images).node}`)}`;

/** Makes the cluster, or takes the kept one. */
export async function bringUp(options: BringUp): Promise<Up> {
  const { plan, name, events, signal, kept, reuse, base, changes } = options;
  const images = imagesOf(plan.images);
  const existing = kept && (await existingClusters()).includes(name);
  if (existing && !reuse) {
    throw new MidflightError('cluster-failed', `${name} was kept by an earlier run`, {
      hint: '--reuse takes it, midflight cluster down removes it',
    });
  }
  const placeholders = { cluster: name, image: images.app };
  if (existing) await refuseIfInUse(name);
  // Made before the others, so that it is undone after them: nothing of ours is in the network then.
  if (!kept) await changes.make(kindNetwork, { network: 'kind' }, {});
  await changes.make(kindUse, { cluster: name }, { kept });
  if (!kept) await changes.make(kindCluster, { cluster: name }, {});
  if (existing) {
    events.progress(`restoring ${name}`);
    await restoreNodes(name, placeholders);
  } else events.progress(`creating ${name}: ${plan.nodes.length} nodes and a control plane`);
  const cluster = existing
    ? await openCluster(name)
    : await createKindCluster(name, kindConfigOf(plan, base), plan, signal);
  const core = cluster.kubeConfig.makeApiClient(CoreV1Api);
  if (existing) await removeWorkload(core, signal);
  // A cluster that stays is its user's to run pods on; for a run, unpacking them on all nodes would be half of the wait.
  const containers = kept ? await nodeContainers(name) : await imageNodes(core, plan);
  events.progress('images and nodes');
  const [anchor] = await Promise.all([
    startAnchor(name, images.app, signal),
    loadImages(name, containers, images, signal),
    allReady(core, plan.nodes.length + 1, signal).then(() => pinOwnDeployments(cluster.kubeConfig, signal)),
  ]);
  const askClock = async () => {
    const clock = await containerClock(anchor.name, monotonic.now);
    const { offsetNs, errorNs } = clock;
    events.event({ type: 'clock-offset', t: monotonic.now(), process: 'containers', offsetNs, errorNs });
    return clock;
  };
  const clock = await askClock();
  const { topology, controlPlane } = await topologyOf(core, plan);
  const power = kindPower({
    core,
    coordination: cluster.kubeConfig.makeApiClient(CoordinationV1Api),
    now: monotonic.now,
    // Messages of the containers are moved by the offset of the beginning; so is the instant of a fault.
    clock: async () => ({ ...clock, wallAheadNs: (await askClock()).wallAheadNs }),
    placeholders,
    // Undoing has limits of its own; it goes on when the run has been interrupted.
    signal: abortController().signal,
  });
  return { plan, cluster, core, anchor, clock, topology, controlPlane, power, events };
}

async function topologyOf(core: CoreV1Api, plan: Plan) {
  const { items } = await core.listNode();
  const isControlPlane = (labels: Record<string, string>) =>
    'node-role.kubernetes.io/control-plane' in labels;
  const nodes = items.map(({ metadata, status }): TopologyNode => {
    const labels = metadata?.labels ?? {};
    const pool = labels['midflight.dev/pool'] ?? '';
    return {
      name: metadata?.name ?? '',
      pool,
      address: internalAddressOf({ status }) ?? '',
      preemptible: plan.nodes.some((node) => node.pool === pool && node.preemptible),
      labels,
      controlPlane: isControlPlane(labels),
    };
  });
  return {
    topology: nodes.filter(({ controlPlane }) => !controlPlane),
    controlPlane: nodes.filter(({ controlPlane }) => controlPlane).map(({ name }) => name),
  };
}
