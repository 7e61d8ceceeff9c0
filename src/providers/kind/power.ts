import type { CoordinationV1Api, CoreV1Api, V1Pod } from '@kubernetes/client-node';
import { MidflightError } from '../../base/errors.ts';
import { type NodeName, nsPerMs } from '../../base/units.ts';
import type { NodePower, PodRef } from '../provider.ts';
import { waitFor } from '../wait.ts';
import { isReady } from './install.ts';
import { must, run } from './shell.ts';
import { idsOf, killAll, shutdownPods } from './shutdown.ts';

/*
 * Silence on a kind node. The drop rules stand before kube-proxy's DNAT and behind its SNAT, in both directions; pausing
 * the container then stops everything in it, and holds its network namespace: a killed container would turn into
 * EHOSTUNREACH once the ARP entry expires. A start makes a new namespace, so the rules need no undoing after power-off.
 */
const rules = ['raw PREROUTING', 'raw OUTPUT', 'mangle POSTROUTING'];
const rule = (action: 'I' | 'D', place: string) =>
  `iptables -w -t ${place.replace(' ', ` -${action} `)} ! -i lo -j DROP`.replace(
    // -i is not known to chains of outgoing packets.
    /(OUTPUT|POSTROUTING) ! -i lo/,
    '$1 ! -o lo',
  );
const cut = rules.map((place) => rule('I', place)).join(' && ');
const mend = rules.map((place) => rule('D', place)).join('; ');

export interface PowerOptions {
  readonly core: CoreV1Api;
  readonly coordination: CoordinationV1Api;
  /** Monotonic nanoseconds. */
  now(): number;
  readonly signal: AbortSignal;
  /** InternalIP of each node as it was when the cluster came up. */
  addressOf(node: NodeName): string;
}

export function kindPower(options: PowerOptions): NodePower {
  const { core, now } = options;
  const down = new Map<NodeName, 'off' | 'unplugged'>();

  const drop = async (node: NodeName): Promise<number> => {
    // The clock is read inside, right before: starting `docker exec` takes a tenth of a second.
    const wall = await must(['docker', 'exec', '--privileged', node, 'sh', '-c', `date +%s%N; ${cut}`]);
    const agoMs = Date.now() - Number(wall.split('\n')[0]) / nsPerMs;
    return now() - Math.max(0, agoMs) * nsPerMs;
  };
  return {
    async off(node) {
      down.set(node, 'off');
      const at = await drop(node);
      await must(['docker', 'pause', node], { hint: recovery(node) });
      return at;
    },
    async unplug(node) {
      down.set(node, 'unplugged');
      return drop(node);
    },
    async shutdownPods(node, which, graceMs) {
      const at = now();
      await shutdownPods(core, node, await podsOn(core, node), which, graceMs);
      return at;
    },
    async killPod(pod) {
      const ids = await containersOf(core, pod);
      const at = now();
      await must(['docker', 'exec', pod.node, 'sh', '-c', killAll(ids)]);
      return at;
    },
    async on(node) {
      const how = down.get(node);
      const since = new Date();
      try {
        if (how === 'unplugged') await must(['docker', 'exec', '--privileged', node, 'sh', '-c', mend]);
        else if (how === 'off') await restart(node, options.addressOf(node));
        else await run(['docker', 'exec', node, 'systemctl', 'start', 'kubelet']);
        down.delete(node);
        await backInService(options, node, since, how === 'off');
      } catch (error) {
        throw withRecovery(error, node);
      }
    },
  };
}

/** The command that mends a node by hand. */
const recovery = (node: NodeName) => `docker unpause ${node}; docker restart ${node}`;

/** What could not be undone is told with the command that does it. */
function withRecovery(error: unknown, node: NodeName): unknown {
  if (!(error instanceof MidflightError) || error.code === 'interrupted' || error.hint !== undefined)
    return error;
  return new MidflightError(error.code, error.message, { hint: recovery(node), cause: error });
}

/** No other container may start between the two, or it could be given the node's address. */
async function restart(node: NodeName, address: string): Promise<void> {
  await run(['docker', 'kill', node]);
  await must(['docker', 'start', node], { hint: recovery(node) });
  const now = await must(['docker', 'inspect', '-f', '{{.NetworkSettings.Networks.kind.IPAddress}}', node]);
  if (now === address) return;
  throw new MidflightError('cluster-failed', `${node} came back as ${now}; it was ${address}`, {
    hint: 'midflight cluster down, and run again',
  });
}

/**
 * Waits until a node is in service again: Ready by a lease that it renewed since then, and every pod on it Ready. After a
 * restart a pod counts only once its containers were started anew: until the kubelet has looked, the API still holds what
 * was true before the death.
 */
async function backInService(
  { core, coordination, signal }: PowerOptions,
  node: NodeName,
  since: Date,
  restarted: boolean,
): Promise<void> {
  const startedSince = ({ status }: V1Pod) =>
    (status?.containerStatuses ?? []).every(
      // Kubernetes writes whole seconds.
      ({ state }) => Number(state?.running?.startedAt ?? 0) >= since.getTime() - 1000,
    );
  const serves = (pod: V1Pod) => isReady(pod) && (!restarted || startedSince(pod));
  await waitFor(
    `${node} to be Ready again`,
    180_000,
    signal,
    async () => {
      const found = await core.readNode({ name: node });
      const ready = found.status?.conditions?.find(({ type }) => type === 'Ready');
      if (ready?.status !== 'True') return false;
      const lease = await coordination.readNamespacedLease({ namespace: 'kube-node-lease', name: node });
      if (Number(lease.spec?.renewTime ?? 0) < since.getTime()) return false;
      return (await podsOn(core, node)).every((pod) => serves(pod) || isOver(pod));
    },
    250,
  );
}

const isOver = ({ status }: V1Pod) => status?.phase === 'Failed' || status?.phase === 'Succeeded';

async function podsOn(core: CoreV1Api, node: NodeName): Promise<V1Pod[]> {
  return (await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` })).items;
}

async function containersOf(core: CoreV1Api, { name, namespace }: PodRef): Promise<string[]> {
  const ids = idsOf(await core.readNamespacedPod({ name, namespace }));
  if (ids.length > 0) return ids;
  throw new MidflightError('fault-failed', `pod ${name} runs no container that could be killed`);
}
