import { randomBytes } from 'node:crypto';
import { VersionApi } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { adviceOf, MidflightError } from '../../base/errors.ts';
import type { Plan } from '../../plan/schema.ts';
import { settingsOf } from '../../plan/settings.ts';
import { nodeEffects } from '../node-effects.ts';
import type { Provider, ProviderEvents, Workload } from '../provider.ts';
import { waitFor } from '../wait.ts';
import { type AccessLog, followAccessLogs } from './access-log.ts';
import { bringUp, keptName, type Up } from './bring-up.ts';
import { onOurClock } from './clock.ts';
import { runPrefix } from './cluster.ts';
import { launchContainer } from './containers.ts';
import { imagesOf } from './images.ts';
import { install } from './install.ts';
import { run } from './shell.ts';

export interface KindOptions {
  /** Leaves the cluster when the run is over, for `reuse`. */
  readonly keep?: boolean;
  /** Takes a kept cluster that was made for the same nodes and timers; makes one where there is none. */
  readonly reuse?: boolean;
}

const edgePort = 8080;

/** A real cluster in containers: real kube-proxy, real Traefik, real node deaths. */
export function kindProvider({ keep = false, reuse = false }: KindOptions = {}): Provider {
  const kept = keep || reuse;
  const closers: (() => Promise<void>)[] = [];
  let state: Up | null = null;
  let accessLog: AccessLog | null = null;
  let note: ProviderEvents['note'] = () => {};
  // A kept cluster is found again by what it was made of.
  const own = randomBytes(4).toString('hex');
  const nameOf = (plan: Plan) => (kept ? keptName(plan) : `${runPrefix}${own}`);
  const up = () => {
    if (state === null) throw new MidflightError('internal', 'the kind cluster is not up');
    return state;
  };

  return {
    name: 'kind',
    ingressKind: 'traefik',
    capabilities: { edgeKeepsClientAddress: false, disposable: !kept, kubectl: true },
    place: (plan) => ({ provider: 'kind', cluster: nameOf(plan), kept, image: imagesOf(plan.images).app }),
    async up(plan, events, signal, changes) {
      note = events.note;
      state = await bringUp({
        plan,
        name: nameOf(plan),
        events,
        signal,
        changes,
        kept,
        reuse,
      });
    },
    async install(plan, signal) {
      const { cluster, anchor, clock, events } = up();
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
        clock,
        event: (event) => events.event(event),
        lost: (pod, reason) =>
          events.note('warning', 'access-log-lost', `the access log of ${pod} is lost: ${reason}`),
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
      {
        code: 'edge-address-seen',
        text: "the edge is a container: the ingress sees the edge's address as its client's",
      },
      {
        code: 'one-machine',
        text: 'on one machine: no delays of a cloud control plane, no zones, no forwarding rules of a real balancer',
      },
    ],
    async launch(role, config, name) {
      const { cluster, anchor, clock, plan } = up();
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
      return onOurClock(handle, clock);
    },
    effects: nodeEffects(
      {
        off: (node) => up().power.off(node),
        unplug: (node) => up().power.unplug(node),
        shutdownPods: (node, which, graceMs) => up().power.shutdownPods(node, which, graceMs),
        killPod: (pod) => up().power.killPod(pod),
        on: (node, how, address) => up().power.on(node, how, address),
      },
      (node) => up().topology.find(({ name }) => name === node)?.address ?? '',
    ),
    async down() {
      accessLog?.stop();
      for (const close of closers.splice(0).reverse()) {
        await close().catch((error) => note('error', 'clean-up-failed', `cleaning up: ${adviceOf(error)}`));
      }
      state = null;
    },
  };
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
