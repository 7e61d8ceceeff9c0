import { MidflightError } from '../../base/errors.ts';
import { abortsAfter } from '../../base/signals.ts';
import type { NodeName } from '../../base/units.ts';
import { isOver, isReadyPod } from '../../kube/pods.ts';
import { readyConditionOf } from '../../kube/ready.ts';
import { waitFor } from '../../kube/wait.ts';
import type { NodePower } from '../node-power.ts';
import type { EmbeddedCluster } from './create.ts';
import type { Machine } from './machines.ts';

/** Throws `fault-failed` for a node that is not there. */
export function machineOf({ machines }: Pick<EmbeddedCluster, 'machines'>, node: NodeName): Machine {
  const found = machines.get(node);
  if (found === undefined) throw new MidflightError('fault-failed', `there is no node ${node}`);
  return found;
}

/** Power over the nodes of the cluster that `up` returns once it is up. */
export function powerOf(up: () => EmbeddedCluster): NodePower {
  const of = (node: NodeName) => machineOf(up(), node);
  /** Nodes whose pods a shutdown has ended: only a start makes them run again. */
  const shutDown = new Set<NodeName>();
  const withoutKubelet = new Set<NodeName>();
  const restart = async (node: NodeName) => {
    await of(node).restart();
    shutDown.delete(node);
    withoutKubelet.delete(node);
  };
  return {
    off: (node) => of(node).silence(),
    unplug: (node) => of(node).silence(),
    shutdownPods(node, which, graceMs) {
      shutDown.add(node);
      return of(node).shutdownPods(which, graceMs);
    },
    stopKubelet(node) {
      withoutKubelet.add(node);
      return of(node).kubelet(false);
    },
    killPod: async (pod) => of(pod.node).killPod(pod),
    async on(node, how) {
      const target = of(node);
      const since = new Date();
      const broken = {
        off: target.state !== 'running',
        unplugged: target.state !== 'running',
        shutdown: shutDown.has(node),
        kubelet: withoutKubelet.has(node),
      };
      if (!broken[how]) return false;
      if (how === 'unplugged') {
        target.wake();
        // It posts its status at once, which a kubelet that was held up for less than two leases would not do for minutes.
        if (!withoutKubelet.has(node)) await target.kubelet(true);
      } else if (how === 'kubelet') {
        await target.kubelet(true);
        withoutKubelet.delete(node);
      } else await restart(node);
      await backInService(up(), node, since);
      return true;
    },
  };
}

/** Ready by a heartbeat of its own since then, and every pod bound to it Ready, but for those that a shutdown ended. */
async function backInService({ core, plan }: EmbeddedCluster, node: NodeName, since: Date): Promise<void> {
  const limit = 120_000 / plan.timeScale + 20_000;
  await waitFor(`${node} to be Ready again`, limit, abortsAfter(limit), async () => {
    const found = await core.readNode({ name: node });
    const ready = readyConditionOf(found);
    if (ready?.status !== 'True' || (ready.lastHeartbeatTime ?? since) < new Date(since.getTime() - 1000))
      return false;
    const pods = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
    return pods.items.every((pod) => isOver(pod) || isReadyPod(pod));
  });
}
