import type { CoreV1Api } from '@kubernetes/client-node';
import { waitFor } from '../../kube/wait.ts';
import { namespace } from '../../workload/manifests.ts';
import { type Placeholders, restartAt } from './address.ts';
import { nodeContainers } from './cluster.ts';
import { containerAddress } from './containers.ts';
import { must, runShell } from './shell.ts';

/*
 * A kept cluster as if nothing had been run on it.
 */

/** Nodes that an interrupted fault left paused, stopped or cut off. One at a time is started, so that addresses stay. */
export async function restoreNodes(name: string, placeholders: Placeholders): Promise<void> {
  for (const node of await brokenNodes(name)) {
    const address = await containerAddress(node);
    const hint = `docker restart ${node}`;
    // A container that is stopped altogether has none any more, and gets any.
    if (address === '') await must(['docker', 'start', node], { hint });
    else await restartAt(node, address, placeholders, hint);
  }
}

/** Nodes that are paused, stopped or cut off. */
export async function brokenNodes(name: string): Promise<string[]> {
  const nodes = await nodeContainers(name);
  const broken = await Promise.all(nodes.map(isBroken));
  return nodes.filter((_, index) => broken[index] === true);
}

async function isBroken(node: string): Promise<boolean> {
  const { stdout } = await runShell(['docker', 'inspect', '-f', '{{.State.Status}}', node]);
  if (stdout.trim() !== 'running') return true;
  // A preemption that did not come to its end has stopped the kubelet.
  const look =
    '! systemctl --quiet is-active kubelet || iptables -w -t raw -S PREROUTING | grep -q -- "-j DROP"';
  return (await runShell(['docker', 'exec', '--privileged', node, 'sh', '-c', look])).ok;
}

/** Removes what an earlier run installed. */
export async function removeWorkload(core: CoreV1Api, signal: AbortSignal): Promise<void> {
  const there = async () =>
    (await core.listNamespace()).items.some(({ metadata }) => metadata?.name === namespace);
  if (!(await there())) return;
  await core.deleteNamespace({ name: namespace });
  // Now nothing makes new ones; nobody is served any more, so no pod needs its grace.
  await core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 0 });
  await waitFor('the earlier workload to go', 120_000, signal, async () => !(await there()), {
    pauseMs: 500,
  });
}
