import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { launchChild } from '../../base/child.ts';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { heartbeat } from '../../base/heartbeat.ts';
import { roleBundle } from '../../base/package.ts';
import { seededRandom, seedOf } from '../../base/random.ts';
import { type NodeName, nsPerMs } from '../../base/units.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import { embeddedKubeconfig } from '../../cluster/control-plane/kubeconfig.ts';
import { controlPlaneProtocol } from '../../cluster/control-plane/protocol.ts';
import type { NodeConfig } from '../../cluster/node/config.ts';
import type { TopologyNode } from '../../history/schema.ts';
import { kubeConfigFromText } from '../../kube/config.ts';
import { hasReadyCondition } from '../../kube/ready.ts';
import { waitFor } from '../../kube/wait.ts';
import { maxNodes } from '../../plan/embedded-limits.ts';
import { hasNodesPort } from '../../plan/host-port.ts';
import type { Grouping } from '../../plan/node-groups.ts';
import type { Plan, PlannedNode } from '../../plan/schema.ts';
import type { ProviderEvents } from '../provider.ts';
import { removeStaleLocks } from '../state-dir.ts';
import { embeddedCluster } from './changes.ts';
import { type Machine, machine } from './machines.ts';
import { nodeConfigOf } from './node-config.ts';
import { nodeProcess } from './node-process.ts';
import { startWatchdog } from './start-watchdog.ts';
import { type Layout, takeLayout } from './subnet.ts';

/** A cluster whose nodes are Ready, and what the provider holds of it. */
export interface EmbeddedCluster {
  readonly plan: Plan;
  readonly layout: Layout;
  readonly kubeConfig: KubeConfig;
  readonly core: CoreV1Api;
  readonly machines: ReadonlyMap<NodeName, Machine>;
  readonly topology: readonly TopologyNode[];
}

/** How long the control plane may stay silent before it counts as hung (real ms). */
const hungAfterMs = 8000;

interface Creation {
  readonly plan: Plan;
  readonly groupsOf: Grouping;
  readonly events: ProviderEvents;
  readonly signal: AbortSignal;
  readonly token: string;
  readonly closers: (() => Promise<void>)[];
  readonly changes: Pick<ChangeLog, 'make'>;
}

/** Starts the control plane and the nodes; resolves when all are Ready. */
export async function createEmbeddedCluster(creation: Creation): Promise<EmbeddedCluster> {
  const { plan, groupsOf, events, signal, token, closers, changes } = creation;
  if (plan.nodes.length > maxNodes) {
    throw new MidflightError(
      'bad-scenario',
      `${plan.nodes.length} nodes; an embedded cluster has at most ${maxNodes}`,
    );
  }
  removeStaleLocks();
  const layout = await takeLayout(seededRandom(seedOf(token)), plan.nodes.length);
  if (layout.subnet === null && hasNodesPort(plan.ingress)) {
    throw new MidflightError(
      'missing-requirement',
      'ingress.hostNetwork and ingress.hostPort need an address for each node, and this machine has one loopback address',
      { hint: 'run it on Linux, or with --cluster kind' },
    );
  }
  await changes.make(embeddedCluster, { token, subnet: layout.subnet }, {});
  closers.push(
    await startWatchdog(token, (how) =>
      events.failed(
        'watchdog',
        'ended-unexpectedly',
        `ended unexpectedly (${how}): nothing would end our processes if this one were killed`,
      ),
    ),
  );
  signal.throwIfAborted();
  const controlPlane = await launchChild({
    command: process.execPath,
    args: [roleBundle('control-plane'), token],
    protocol: controlPlaneProtocol,
    name: 'control-plane',
    config: controlPlaneConfig(plan, layout, token),
  });
  closers.push(() => controlPlane.stop());
  void controlPlane.exited.then(({ expected, stderr }) => {
    if (!expected)
      events.failed('control plane', 'ended-unexpectedly', `ended unexpectedly ${stderr.trim().slice(-300)}`);
  });
  controlPlane.onMessage((message) => {
    if (message.type === 'note' || message.type === 'lateness') events.event(message);
    else if (message.type === 'failed') events.failed('control plane', 'reported-failure', message.reason);
  });
  heartbeat(controlPlane, {
    limitMs: hungAfterMs,
    now: () => monotonic.now() / nsPerMs,
    silent: (ms) =>
      events.failed(
        'control plane',
        'did-not-answer',
        `did not answer for ${(ms / 1000).toFixed(0)} s: it hangs`,
      ),
  });
  const server = `http://${layout.api}:${controlPlane.ready.port}`;
  const kubeConfig = kubeConfigFromText(embeddedKubeconfig(layout.api, controlPlane.ready.port), {
    server: 'the control plane',
    answerWithinMs,
  });
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const machines = new Map<NodeName, Machine>();
  const processes = groupsOf(plan).map((names) => {
    const nodes = names.map((name) => {
      const index = plan.nodes.findIndex((node) => node.name === name);
      return nodeConfigOf(plan, plan.nodes[index] as PlannedNode, layout, index, server, token);
    });
    const failed = (code: 'ended-unexpectedly' | 'reported-failure', reason: string) =>
      events.failed(made.title, code, reason);
    const made = nodeProcess({
      bundle: roleBundle('node'),
      token,
      nodes: nodes as [NodeConfig, ...NodeConfig[]],
      fillFrom: layout.filler,
      now: monotonic.now,
      failed: (reason) => failed('ended-unexpectedly', reason),
      message: (message) => {
        if (message.type === 'ingress' || message.type === 'lateness') events.event(message);
        else if (message.type === 'failed') failed('reported-failure', message.reason);
      },
    });
    for (const name of names) machines.set(name, machine(name, made, monotonic.now));
    closers.push(async () => made.end());
    return made;
  });
  await Promise.all(processes.map((each) => each.start()));
  // Processes have to start, and nodes to register: on a busy machine that takes its time.
  const limitMs = 20_000 + 1000 * plan.nodes.length;
  await waitFor(`${plan.nodes.length} nodes to be Ready`, limitMs, signal, async () => {
    const { items } = await core.listNode();
    return items.filter(hasReadyCondition).length === plan.nodes.length;
  });
  return { plan, layout, kubeConfig, core, machines, topology: topologyOf(plan, layout) };
}

function controlPlaneConfig(plan: Plan, layout: Layout, token: string) {
  const real = (ms: number) => ms / plan.timeScale;
  const { nodeMonitorGraceMs, nodeMonitorPeriodMs, leaseRenewMs, podEvictionMs } = plan.timers;
  return {
    role: 'control-plane' as const,
    host: layout.api,
    port: 0,
    token,
    seed: seedOf(plan.seed, 'control-plane'),
    timeScale: plan.timeScale,
    timers: {
      nodeMonitorGraceMs: real(nodeMonitorGraceMs),
      nodeMonitorPeriodMs: real(nodeMonitorPeriodMs),
      leaseRenewMs: real(leaseRenewMs),
      podEvictionMs: real(podEvictionMs),
    },
  };
}

/** A control plane of ours answers in milliseconds: one that takes this long hangs. Real milliseconds. */
const answerWithinMs = 15_000;

function topologyOf(plan: Plan, layout: Layout): TopologyNode[] {
  return plan.nodes.map(({ name, pool, preemptible, labels }, index) => ({
    name,
    pool,
    address: layout.node(index).address,
    preemptible,
    labels,
    controlPlane: false,
  }));
}
