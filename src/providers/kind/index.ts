import { randomBytes } from 'node:crypto';
import { monotonic } from '../../base/clock.ts';
import { adviceOf, MidflightError } from '../../base/errors.ts';
import type { Limit } from '../../history/codes.ts';
import type { Plan } from '../../plan/schema.ts';
import type { Cluster, EdgeFront, Host, Provider, ProviderEvents, WorkloadSource } from '../provider.ts';
import { type AccessLog, followAccessLogs } from './access-log.ts';
import { answering } from './answering.ts';
import { bringUp, keptName, type Up } from './bring-up.ts';
import { onOurClock } from './clock.ts';
import { runPrefix } from './cluster.ts';
import { baseConfig } from './config.ts';
import { launchContainer, networkRanges } from './containers.ts';
import { kindEffects } from './effects.ts';
import { imagesOf } from './images.ts';
import { install } from './install.ts';
import { versionsOf } from './versions.ts';

interface KindOptions {
  /** Leaves the cluster when the run is over, for `reuse`. */
  readonly keep?: boolean;
  /** Takes a kept cluster that was made for the same nodes and timers; makes one if there is none. */
  readonly reuse?: boolean;
  /** Text of the kind configuration to start from, checked (own-config.ts); null: midflight's own. */
  readonly config?: string | null;
}

const edgePort = 8080;

/** A real cluster in containers: real kube-proxy, real Traefik, real node deaths. */
export function kindProvider({
  keep = false,
  reuse = false,
  config: own = null,
}: KindOptions = {}): Provider<EdgeFront> {
  const kept = keep || reuse;
  const base = own ?? baseConfig();
  const closers: (() => Promise<void>)[] = [];
  let state: Up | null = null;
  let accessLog: AccessLog | null = null;
  let note: ProviderEvents['note'] = () => {};
  // A kept cluster is found again by what it was made of.
  const suffix = randomBytes(4).toString('hex');
  const nameOf = (plan: Plan) => (kept ? keptName(plan, base) : `${runPrefix}${suffix}`);
  const up = () => {
    if (state === null) throw new MidflightError('internal', 'the kind cluster is not up');
    return state;
  };
  const edgeAddress = () => ({ host: up().anchor.address, port: edgePort });
  const cluster: Cluster = {
    disposable: !kept,
    kubectl: true,
    place: (plan) => ({ provider: 'kind', cluster: nameOf(plan), kept, image: imagesOf(plan.images).app }),
    async open(plan, events, signal, changes) {
      note = events.note;
      state = await bringUp({ plan, name: nameOf(plan), events, signal, changes, kept, reuse, base });
    },
    nodes: () => up().topology,
    kubeConfig: () => up().cluster.kubeConfig,
    versions: () => versionsOf(state, imagesOf(state?.plan.images ?? {})),
    limits: () => limits,
  };
  const host: Host = {
    clients: () => [],
    kubeConfig: () => up().cluster.internalKubeConfig,
    async launch(protocol, config, name) {
      const { cluster, anchor, clock, plan } = up();
      const handle = await launchContainer({
        cluster: cluster.name,
        image: imagesOf(plan.images).app,
        protocol,
        name,
        networkOf: protocol.role === 'edge' ? anchor.name : null,
        ...(protocol.role === 'k6' && 'binary' in config
          ? {
              config: { ...config, binary: '/midflight/k6' },
              mounts: [[String(config.binary), '/midflight/k6']],
            }
          : { config }),
      });
      closers.push(() => handle.stop());
      return onOurClock(handle, clock);
    },
  };
  const front: EdgeFront = {
    kind: 'edge',
    keepsClientAddress: false,
    listen: edgeAddress,
    dial: edgeAddress,
    checkFrom: () => null,
    excludeNodes: () => up().controlPlane,
  };
  const workload: WorkloadSource = {
    ingressKind: 'traefik',
    owner: 'ours',
    async ready(plan, signal) {
      const { cluster, anchor, clock, events } = up();
      const installed = await install({
        kubeConfig: cluster.kubeConfig,
        plan,
        images: imagesOf(plan.images),
        edgeAddress: anchor.address,
        loadRanges: await networkRanges(),
        signal,
      });
      await answering(up(), installed, plan, signal);
      accessLog = followAccessLogs({
        kubeConfig: cluster.kubeConfig,
        workload: installed,
        now: monotonic.now,
        clock,
        event: (event) => events.event(event),
        lost: (pod, reason) =>
          events.note('warning', 'access-log-lost', `the access log of ${pod} is lost: ${reason}`),
      });
      return installed;
    },
  };
  return {
    name: 'kind',
    cluster,
    host,
    front,
    workload,
    effects: kindEffects(
      () => up().power,
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

const limits: readonly Limit[] = [
  {
    code: 'edge-address-seen',
    text: "the edge is a container: the ingress sees the edge's address as its client's",
  },
  {
    code: 'one-machine',
    text: 'on one machine: no delays of a cloud control plane, no zones, no forwarding rules of a real balancer',
  },
];
