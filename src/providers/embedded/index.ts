import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { launchChild } from '../../base/child.ts';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { heartbeat } from '../../base/heartbeat.ts';
import { packageVersion, roleBundle } from '../../base/package.ts';
import { seededRandom, seedOf } from '../../base/random.ts';
import type { NodeName } from '../../base/units.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import { embeddedKubeconfig } from '../../cluster/control-plane/kubeconfig.ts';
import type { Limit } from '../../history/codes.ts';
import type { TopologyNode } from '../../history/schema.ts';
import { bounded } from '../../kube/bounded.ts';
import { isOver } from '../../kube/pods.ts';
import { maxNodes } from '../../plan/embedded-limits.ts';
import type { Plan } from '../../plan/schema.ts';
import { settingsOf } from '../../plan/settings.ts';
import { launchLocal } from '../local-role.ts';
import { nodeEffects } from '../node-effects.ts';
import { newToken } from '../processes.ts';
import type { NodePower, Provider, ProviderEvents } from '../provider.ts';
import { reap } from '../state-dir.ts';
import { waitFor } from '../wait.ts';
import { embeddedCluster } from './changes.ts';
import { installWorkload } from './install.ts';
import { type Machine, machine } from './machines.ts';
import { nodeConfigOf } from './node-config.ts';
import { startWatchdog } from './start-watchdog.ts';
import { hasWholeLoopback, type Layout, takeLayout } from './subnet.ts';

interface Cluster {
  readonly plan: Plan;
  readonly layout: Layout;
  readonly kubeConfig: KubeConfig;
  readonly core: CoreV1Api;
  readonly machines: ReadonlyMap<NodeName, Machine>;
  readonly topology: readonly TopologyNode[];
}

/** A whole cluster of processes on this machine's loopback: no Docker, no root, time may be compressed. */
export function embeddedProvider(): Provider {
  const token = newToken();
  const own = hasWholeLoopback();
  const closers: (() => Promise<void>)[] = [];
  let cluster: Cluster | null = null;
  const up = () => {
    if (cluster === null) throw new MidflightError('internal', 'the embedded cluster is not up');
    return cluster;
  };

  return {
    name: 'embedded',
    ingressKind: 'model',
    capabilities: { edgeKeepsClientAddress: own, disposable: true, kubectl: false },
    place: () => ({ provider: 'embedded', token }),
    async up(plan, events, signal, changes) {
      cluster = await createCluster({ plan, events, signal, token, closers, changes });
    },
    install: (plan, signal) =>
      installWorkload(up().kubeConfig, up().core, plan, signal, own ? up().layout.clients : ['127.0.0.1']),
    nodes: () => up().topology,
    addresses() {
      const { edge, clients, checkFrom } = up().layout;
      return { clients, edgeListen: edge, edgeDial: edge, checkFrom, excludeNodes: [] };
    },
    kubeConfig: () => up().kubeConfig,
    roleKubeConfig: () => up().kubeConfig.exportConfig(),
    versions: async () => ({
      kubernetes: `embedded model ${packageVersion()}`,
      node: process.version,
      ...(cluster === null ? {} : settingsOf(cluster.plan)),
    }),
    limits: () => limitsOf(own),
    async launch(role, config, name) {
      const handle = await launchLocal(role, config, name, token);
      closers.push(() => handle.stop());
      return handle;
    },
    effects: nodeEffects(
      powerOf(up),
      (node) => up().topology.find(({ name }) => name === node)?.address ?? '',
    ),
    async down() {
      // The last started ends first; a failure of one keeps no other from ending.
      for (const close of closers.splice(0).reverse()) await close().catch(() => {});
      cluster = null;
    },
  };
}

/** A control plane that says nothing for so long hangs. Real milliseconds. */
const hungAfterMs = 8000;

interface Creation {
  readonly plan: Plan;
  readonly events: ProviderEvents;
  readonly signal: AbortSignal;
  readonly token: string;
  readonly closers: (() => Promise<void>)[];
  readonly changes: Pick<ChangeLog, 'make'>;
}

async function createCluster(creation: Creation): Promise<Cluster> {
  const { plan, events, signal, token, closers, changes } = creation;
  if (plan.nodes.length > maxNodes) {
    throw new MidflightError(
      'bad-scenario',
      `${plan.nodes.length} nodes; an embedded cluster has at most ${maxNodes}`,
    );
  }
  const ended = reap();
  if (ended > 0)
    events.note('warning', 'leftovers-ended', `ended ${ended} processes that an earlier run had left behind`);
  const layout = await takeLayout(seededRandom(seedOf(token)), plan.nodes.length);
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
    role: 'control-plane',
    name: 'control-plane',
    config: controlPlaneConfig(plan, layout, token),
  });
  closers.push(() => controlPlane.stop());
  void controlPlane.exited.then(({ expected, stderr }) => {
    if (!expected)
      events.failed('control plane', 'ended-unexpectedly', `ended unexpectedly ${stderr.trim().slice(-300)}`);
  });
  heartbeat(controlPlane, {
    limitMs: hungAfterMs,
    now: () => performance.now(),
    silent: (ms) =>
      events.failed(
        'control plane',
        'did-not-answer',
        `did not answer for ${(ms / 1000).toFixed(0)} s: it hangs`,
      ),
  });
  const server = `http://${layout.api}:${controlPlane.ready.port}`;
  const kubeConfig = kubeConfigOf(layout.api, Number(controlPlane.ready.port));
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const machines = new Map<NodeName, Machine>();
  plan.nodes.forEach((node, index) => {
    const made = machine({
      name: node.name,
      bundle: roleBundle('node'),
      token,
      config: nodeConfigOf(plan, node, layout, index, server, token),
      fillFrom: layout.filler,
      now: monotonic.now,
      failed: (reason) => events.failed(node.name, 'ended-unexpectedly', reason),
      message: (message) => {
        if (message.type === 'ingress') events.event(message as Parameters<ProviderEvents['event']>[0]);
        else if (message.type === 'failed')
          events.failed(node.name, 'reported-failure', String(message.reason));
      },
    });
    machines.set(node.name, made);
    closers.push(async () => made.end());
  });
  await Promise.all([...machines.values()].map((each) => each.start()));
  // Each node is a process that has to start: on a busy machine that takes its time.
  const limitMs = 20_000 + 1000 * plan.nodes.length;
  await waitFor(`${plan.nodes.length} nodes to be Ready`, limitMs, signal, async () => {
    const { items } = await core.listNode();
    return items.filter(isReady).length === plan.nodes.length;
  });
  return { plan, layout, kubeConfig, core, machines, topology: topologyOf(plan, layout) };
}

function isReady(node: { status?: { conditions?: { type: string; status: string }[] } }): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function controlPlaneConfig(plan: Plan, layout: Layout, token: string) {
  const real = (ms: number) => ms / plan.timeScale;
  const { nodeMonitorGraceMs, nodeMonitorPeriodMs, leaseRenewMs, podEvictionMs } = plan.timers;
  return {
    role: 'control-plane',
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

/** Its clients wait for no answer for ever. */
class BoundedKubeConfig extends KubeConfig {
  override makeApiClient: KubeConfig['makeApiClient'] = (type) =>
    bounded(super.makeApiClient(type), 'the control plane');
}

function kubeConfigOf(host: string, port: number): KubeConfig {
  const kubeConfig = new BoundedKubeConfig();
  kubeConfig.loadFromString(embeddedKubeconfig(host, port));
  return kubeConfig;
}

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

function powerOf(up: () => Cluster): NodePower {
  const of = (node: NodeName) => {
    const found = up().machines.get(node);
    if (found === undefined) throw new MidflightError('fault-failed', `there is no node ${node}`);
    return found;
  };
  /** Nodes whose pods a shutdown has ended: only a start makes them run again. */
  const shutDown = new Set<NodeName>();
  const restart = async (node: NodeName) => {
    await of(node).restart();
    shutDown.delete(node);
  };
  return {
    off: (node) => of(node).silence(),
    unplug: (node) => of(node).silence(),
    shutdownPods(node, which, graceMs) {
      shutDown.add(node);
      return of(node).shutdownPods(which, graceMs);
    },
    killPod: async (pod) => of(pod.node).killPod(pod),
    async on(node, how) {
      const target = of(node);
      const since = new Date();
      if (how === 'shutdown' ? !shutDown.has(node) : target.state === 'running') return false;
      if (how === 'unplugged') target.wake();
      else await restart(node);
      await backInService(up(), node, since);
      return true;
    },
  };
}

/** Ready by a heartbeat of its own since then, and every pod bound to it Ready, but for those that a shutdown ended. */
async function backInService({ core, plan }: Cluster, node: NodeName, since: Date): Promise<void> {
  const limit = 120_000 / plan.timeScale + 20_000;
  await waitFor(`${node} to be Ready again`, limit, AbortSignal.timeout(limit), async () => {
    const found = await core.readNode({ name: node });
    const ready = found.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True' || (ready.lastHeartbeatTime ?? since) < new Date(since.getTime() - 1000))
      return false;
    const pods = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
    return pods.items.every(
      (pod) => isOver(pod) || (pod.metadata?.deletionTimestamp === undefined && isReady(pod)),
    );
  });
}

function limitsOf(own: boolean): Limit[] {
  const timers = 'kernel timers (SYN retry after 1 s) are not compressed with the rest';
  const shared = 'one loopback address for all nodes: source addresses cannot be seen here';
  return [
    { code: 'kernel-timers', text: timers },
    ...(own ? [] : [{ code: 'shared-address' as const, text: shared }]),
  ];
}
