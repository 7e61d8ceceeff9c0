import { randomBytes } from 'node:crypto';
import {
  CoordinationV1Api,
  CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
} from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { adviceOf, MidflightError } from '../../base/errors.ts';
import type { TopologyNode } from '../../history/schema.ts';
import type { Plan } from '../../plan/schema.ts';
import { settingsOf } from '../../plan/settings.ts';
import { namespace } from '../../workload/manifests.ts';
import type { Provider, ProviderEvents, Workload } from '../provider.ts';
import { waitFor } from '../wait.ts';
import { type AccessLog, followAccessLogs } from './access-log.ts';
import { type ClockOffset, clockOffset, onOurClock } from './clock.ts';
import {
  clusterPrefix,
  createCluster,
  deleteCluster,
  existingClusters,
  type KindCluster,
  loadImages,
  nodeContainers,
  openCluster,
} from './cluster.ts';
import { hashOf, kindConfigOf } from './config.ts';
import { type Anchor, launchContainer, removeContainers, startAnchor } from './containers.ts';
import { imagesOf } from './images.ts';
import { install } from './install.ts';
import { claim, release, removeLeftovers } from './leftovers.ts';
import { kindPower } from './power.ts';
import { must, run } from './shell.ts';

export interface KindOptions {
  /** Leaves the cluster when the run is over, for `reuse`. */
  readonly keep?: boolean;
  /** Takes a kept cluster that was made for the same nodes and timers; makes one where there is none. */
  readonly reuse?: boolean;
}

const edgePort = 8080;

interface Up {
  readonly plan: Plan;
  readonly cluster: KindCluster;
  readonly core: CoreV1Api;
  readonly anchor: Anchor;
  readonly offset: ClockOffset;
  readonly topology: readonly TopologyNode[];
  readonly controlPlane: readonly string[];
  readonly power: ReturnType<typeof kindPower>;
  readonly events: ProviderEvents;
}

/** A real cluster in containers: real kube-proxy, real Traefik, real node deaths. */
export function kindProvider({ keep = false, reuse = false }: KindOptions = {}): Provider {
  const kept = keep || reuse;
  const ending = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  let state: Up | null = null;
  let accessLog: AccessLog | null = null;
  let note: ProviderEvents['note'] = () => {};
  const up = () => {
    if (state === null) throw new MidflightError('internal', 'the kind cluster is not up');
    return state;
  };

  return {
    name: 'kind',
    ingressKind: 'traefik',
    capabilities: { edgeKeepsClientAddress: false, disposable: !kept, timeScale: false },
    async up(plan, events, signal) {
      note = events.note;
      state = await bringUp({ plan, events, signal, kept, reuse, closers, ending: ending.signal });
    },
    async install(plan, signal) {
      const { cluster, anchor, events } = up();
      const images = imagesOf(plan.images);
      const workload = await install({
        kubeConfig: cluster.kubeConfig,
        plan,
        images,
        edgeAddress: anchor.address,
        signal,
      });
      await answering(up(), workload, signal);
      accessLog = followAccessLogs({
        kubeConfig: cluster.kubeConfig,
        workload,
        now: monotonic.now,
        event: (event) => events.event(event),
        lost: (pod, reason) => events.note('warning', `the access log of ${pod} is lost: ${reason}`),
      });
      return workload;
    },
    nodes: () => up().topology,
    addresses() {
      const { anchor, controlPlane } = up();
      const edge = { host: anchor.address, port: edgePort };
      return { clients: [], edgeListen: edge, edgeDial: edge, checkFrom: null, excludeNodes: controlPlane };
    },
    kubeConfig: () => up().cluster.kubeConfig,
    roleKubeConfig: () => up().cluster.internalKubeConfig,
    versions: () => versionsOf(state, imagesOf(state?.plan.images ?? {})),
    limits: () => [
      "the edge is a container: the ingress sees the edge's address as its client's",
      'on one machine: no delays of a cloud control plane, no zones, no forwarding rules of a real balancer',
    ],
    async launch(role, config, name) {
      const { cluster, anchor, offset, plan } = up();
      const handle = await launchContainer({
        cluster: cluster.name,
        image: imagesOf(plan.images).app,
        role,
        name,
        networkOf: role === 'edge' ? anchor.name : null,
        ...(role === 'k6' && 'binary' in config
          ? {
              config: { ...config, binary: '/midflight/k6' },
              mounts: [[String(config.binary), '/midflight/k6']],
            }
          : { config }),
      });
      closers.push(() => handle.stop());
      return onOurClock(handle, offset);
    },
    power: {
      off: (node) => up().power.off(node),
      unplug: (node) => up().power.unplug(node),
      shutdownPods: (node, which, graceMs) => up().power.shutdownPods(node, which, graceMs),
      killPod: (pod) => up().power.killPod(pod),
      on: (node) => up().power.on(node),
    },
    async down() {
      ending.abort(new MidflightError('interrupted', 'the cluster is being taken down'));
      accessLog?.stop();
      for (const close of closers.splice(0).reverse()) {
        await close().catch((error) => note('error', `cleaning up: ${adviceOf(error)}`));
      }
      state = null;
    },
  };
}

interface BringUp {
  readonly plan: Plan;
  readonly events: ProviderEvents;
  readonly signal: AbortSignal;
  readonly kept: boolean;
  readonly reuse: boolean;
  readonly closers: (() => Promise<void>)[];
  readonly ending: AbortSignal;
}

async function bringUp(options: BringUp): Promise<Up> {
  const { plan, events, signal, kept, reuse, closers } = options;
  for (const name of await removeLeftovers()) {
    events.note('warning', `removed the cluster ${name}, which an earlier run had left behind`);
  }
  const config = kindConfigOf(plan);
  const images = imagesOf(plan.images);
  // A kept cluster is found again by what it was made of.
  const name = `${clusterPrefix}${kept ? hashOf(`${config}${images.node}`) : randomBytes(4).toString('hex')}`;
  const existing = kept && (await existingClusters()).includes(name);
  if (existing && !reuse) {
    throw new MidflightError('cluster-failed', `${name} was kept by an earlier run`, {
      hint: '--reuse takes it, midflight cluster down removes it',
    });
  }
  claim(name, kept);
  // What could not be deleted stays claimed: the next run tries again.
  closers.push(async () => {
    if (!kept) await deleteCluster(name);
    release(name);
  });
  closers.push(() => removeContainers(name));
  if (kept) closers.push(() => restoreNodes(name));
  if (existing) {
    events.progress(`restoring ${name}`);
    await restoreNodes(name);
  } else events.progress(`creating ${name}: ${plan.nodes.length} nodes and a control plane`);
  const cluster = existing ? await openCluster(name) : await createCluster(name, config, plan, signal);
  const core = cluster.kubeConfig.makeApiClient(CoreV1Api);
  if (existing) await removeWorkload(core, signal);
  const containers = await nodeContainers(name);
  events.progress('images and nodes');
  const [anchor] = await Promise.all([
    startAnchor(name, images.app, signal),
    loadImages(name, containers, images, signal),
    allReady(core, plan.nodes.length + 1, signal),
  ]);
  const offset = await clockOffset(anchor.name, monotonic.now);
  events.event({ type: 'clock-offset', t: monotonic.now(), process: 'containers', ...offset });
  const { topology, controlPlane } = await topologyOf(core, plan);
  const addresses = new Map(topology.map((node) => [node.name, node.address]));
  const power = kindPower({
    core,
    coordination: cluster.kubeConfig.makeApiClient(CoordinationV1Api),
    now: monotonic.now,
    signal: options.ending,
    addressOf: (node) => addresses.get(node) ?? '',
  });
  return { plan, cluster, core, anchor, offset, topology, controlPlane, power, events };
}

async function allReady(core: CoreV1Api, count: number, signal: AbortSignal): Promise<void> {
  await waitFor(
    `${count} nodes to be Ready`,
    180_000,
    signal,
    async () => {
      const { items } = await core.listNode();
      const ready = items.filter(({ status }) =>
        status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
      );
      return ready.length >= count;
    },
    250,
  );
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
      address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
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

/** Nodes that an interrupted fault left paused, stopped or cut off. */
async function restoreNodes(name: string): Promise<void> {
  for (const node of await nodeContainers(name)) {
    const { stdout } = await run(['docker', 'inspect', '-f', '{{.State.Status}}', node]);
    const status = stdout.trim();
    if (status === 'running') {
      const cut = await run([
        'docker',
        'exec',
        '--privileged',
        node,
        'sh',
        '-c',
        'iptables -t raw -S PREROUTING | grep -q -- "-j DROP"',
      ]);
      if (!cut.ok) {
        await run(['docker', 'exec', node, 'systemctl', 'start', 'kubelet']);
        continue;
      }
    }
    await run(['docker', 'kill', node]);
    await must(['docker', 'start', node]);
  }
}

/** What an earlier run installed. Cordons go with it. */
async function removeWorkload(core: CoreV1Api, signal: AbortSignal): Promise<void> {
  const { items } = await core.listNode();
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  for (const { metadata, spec } of items) {
    if (spec?.unschedulable !== true) continue;
    await core.patchNode({ name: metadata?.name ?? '', body: { spec: { unschedulable: null } } }, merge);
  }
  const there = async () =>
    (await core.listNamespace()).items.some(({ metadata }) => metadata?.name === namespace);
  if (!(await there())) return;
  await core.deleteNamespace({ name: namespace, gracePeriodSeconds: 0 });
  await waitFor('the earlier workload to go', 120_000, signal, async () => !(await there()), 500);
}

/** Ready pods are not yet routes: asks until the wanted status comes, through every node that should answer. */
async function answering(
  { anchor, core, topology }: Up,
  workload: Workload,
  signal: AbortSignal,
): Promise<void> {
  const { spec } = await core.readNamespacedService({ ...workload.service });
  const port = spec?.ports?.[0]?.nodePort ?? 0;
  const urls = topology.map(({ address }) => `http://${address}:${port}/short?id=0`);
  // 403 is an answer of the app's route as well: of its allow-list.
  const script = `const http=require('http');Promise.all(${JSON.stringify(urls)}.map(u=>new Promise(r=>http.get(u,{headers:{host:${JSON.stringify(workload.hostname)}},timeout:2000},a=>{a.resume();r(a.statusCode)}).on('error',()=>r(0)).on('timeout',function(){this.destroy()})))).then(all=>process.exit(all.every(s=>s===200||s===403)?0:1))`;
  await waitFor(
    'Traefik to route to the app on every node',
    90_000,
    signal,
    async () => (await run(['docker', 'exec', anchor.name, 'node', '-e', script])).ok,
    300,
  );
}

async function versionsOf(
  state: Up | null,
  images: ReturnType<typeof imagesOf>,
): Promise<Record<string, string>> {
  const [kind, docker] = await Promise.all([
    run(['kind', 'version', '--quiet']),
    run(['docker', 'version', '--format', '{{.Server.Version}}']),
  ]);
  const kubernetes =
    state === null ? null : await state.cluster.kubeConfig.makeApiClient(VersionApi).getCode();
  return {
    ...(kubernetes === null ? {} : { kubernetes: kubernetes.gitVersion }),
    ...(state === null ? {} : { 'kube-proxy': state.plan.kubeProxyMode }),
    kind: kind.stdout.trim(),
    docker: docker.stdout.trim(),
    'node image': images.node,
    traefik: images.traefik,
    'app image': images.app,
    node: process.version,
    ...(state === null ? {} : settingsOf(state.plan, `${state.anchor.address}/32 (the edge)`)),
  };
}
