import type { CoordinationV1Api, CoreV1Api, V1Pod } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import type { NodeName } from '../../base/units.ts';
import type { PodTarget } from '../../changes/kinds/pod.ts';
import { isOver, isReadyPod } from '../../kube/pods.ts';
import { readyConditionOf } from '../../kube/ready.ts';
import { timeOf } from '../../kube/times.ts';
import { waitFor } from '../../kube/wait.ts';
import type { Broken, NodePower } from '../node-power.ts';
import { type Placeholders, restartAt } from './address.ts';
import { type ContainerClock, ofWall } from './clock.ts';
import { must, runShell } from './shell.ts';
import { idsOf, killAll, shutdownPods } from './shutdown.ts';

/*
 * Silence on a kind node. The drop rules come before kube-proxy's DNAT and behind its SNAT, in both directions; pausing
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

/** True if any of the rules is there. */
const isCut = ['raw', 'mangle']
  .map((table) => `iptables -w -t ${table} -S | grep -q -- '-j DROP'`)
  .join(' || ');

interface PowerOptions {
  readonly core: CoreV1Api;
  readonly coordination: CoordinationV1Api;
  /** Monotonic nanoseconds. */
  now(): number;
  /** The containers' clocks, read now: a wall clock can be set, and a virtual machine's stops while it sleeps. */
  clock(): Promise<ContainerClock>;
  readonly placeholders: Placeholders;
  readonly signal: AbortSignal;
}

export function kindPower(options: PowerOptions): NodePower {
  const { core, now } = options;
  /** Runs a command in a node; its wall time right before. Read inside: starting `docker exec` takes a tenth of a second. */
  const timed = async (node: NodeName, command: string): Promise<number> => {
    const output = await must(['docker', 'exec', '--privileged', node, 'sh', '-c', `date +%s%N; ${command}`]);
    return Number(output.split('\n')[0]);
  };
  const instantOf = async (wallNs: number): Promise<number> =>
    Math.min(ofWall(wallNs, await options.clock()), now());
  // One restart at a time: two nodes that are both stopped could swap their addresses.
  let restarts: Promise<unknown> = Promise.resolve();
  const restart = (node: NodeName, address: string): Promise<void> => {
    const next = () => restartAt(node, address, options.placeholders, recovery(node));
    const turn = restarts.then(next, next);
    restarts = turn.catch(() => {});
    return turn;
  };
  return {
    async off(node) {
      const wall = await timed(node, cut);
      await pause(node);
      return instantOf(wall);
    },
    unplug: async (node) => instantOf(await timed(node, cut)),
    async shutdownPods(node, which, graceMs) {
      const at = now();
      await shutdownPods(core, node, await podsOn(core, node), which, graceMs);
      return at;
    },
    // Containers are children of containerd's shims, in control groups of their own: they go on.
    stopKubelet: async (node) => instantOf(await timed(node, 'systemctl stop kubelet')),
    async killPod(pod) {
      const ids = await containersOf(core, pod);
      return instantOf(await timed(pod.node, killAll(ids)));
    },
    async on(node, how, address) {
      const since = new Date();
      try {
        if (!(await isBroken(node, how))) return false;
        if (how === 'unplugged') await must(['docker', 'exec', '--privileged', node, 'sh', '-c', mend]);
        else if (how === 'off') await restart(node, address);
        else await must(['docker', 'exec', node, 'systemctl', 'start', 'kubelet']);
        await backInService(options, node, since, how === 'off');
        return true;
      } catch (error) {
        throw withRecovery(error, node);
      }
    },
  };
}

/** Whether a node is in the state that is to be undone, as the container itself shows it; part of it is enough. */
async function isBroken(node: NodeName, how: Broken): Promise<boolean> {
  const status = await must(['docker', 'inspect', '-f', '{{.State.Status}}', node]);
  if (status.trim() !== 'running') return true;
  const look = how === 'shutdown' || how === 'kubelet' ? '! systemctl --quiet is-active kubelet' : isCut;
  return (await runShell(['docker', 'exec', '--privileged', node, 'sh', '-c', look])).ok;
}

const pauseTries = 5;

/**
 * Stops all processes of a node that is silent already. With control groups v1 runc gives up while processes are being
 * made (runc's libcontainer/cgroups/fs/freezer.go, "unable to freeze"), and leaves all running: then it is asked again.
 */
async function pause(node: NodeName): Promise<void> {
  for (let turn = 1; turn < pauseTries; turn += 1) {
    if ((await runShell(['docker', 'pause', node])).ok) return;
    await monotonic.sleep(100);
  }
  await must(['docker', 'pause', node], { hint: recovery(node) });
}

/** The command that mends a node by hand. */
const recovery = (node: NodeName) => `docker unpause ${node}; docker restart ${node}`;

/** Reports what could not be undone, with the command that does it. */
function withRecovery(error: unknown, node: NodeName): unknown {
  if (!(error instanceof MidflightError) || error.code === 'interrupted' || error.hint !== undefined)
    return error;
  return new MidflightError(error.code, error.message, { hint: recovery(node), cause: error });
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
  const serves = (pod: V1Pod) => isReadyPod(pod) && (!restarted || startedSince(pod));
  await waitFor(
    `${node} to be Ready again`,
    180_000,
    signal,
    async () => {
      const found = await core.readNode({ name: node });
      const ready = readyConditionOf(found);
      if (ready?.status !== 'True') return false;
      const lease = await coordination.readNamespacedLease({ namespace: 'kube-node-lease', name: node });
      if (!(timeOf(lease.spec?.renewTime) >= since.getTime())) return false;
      return (await podsOn(core, node)).every((pod) => serves(pod) || isOver(pod));
    },
    { pauseMs: 250 },
  );
}

async function podsOn(core: CoreV1Api, node: NodeName): Promise<V1Pod[]> {
  return (await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` })).items;
}

async function containersOf(core: CoreV1Api, { name, namespace }: PodTarget): Promise<string[]> {
  const ids = idsOf(await core.readNamespacedPod({ name, namespace }));
  if (ids.length > 0) return ids;
  throw new MidflightError('fault-failed', `pod ${name} runs no container that could be killed`);
}
