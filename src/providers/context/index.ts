import { CoreV1Api, type KubeConfig, VersionApi } from '@kubernetes/client-node';
import { MidflightError } from '../../base/errors.ts';
import type { RoleHandle } from '../../base/role.ts';
import type { TopologyNode } from '../../history/schema.ts';
import { launchLocal } from '../local-role.ts';
import { newToken } from '../processes.ts';
import type {
  BalancerFront,
  Cluster,
  Host,
  Provider,
  UrlFront,
  Workload,
  WorkloadSource,
} from '../provider.ts';
import { dialOf } from './balancer.ts';
import { findWorkload } from './find-workload.ts';
import { topologyOf } from './topology.ts';

interface ContextOptions {
  /** The kubeconfig with the wanted context as its current one, and bounded clients (see kube/config.ts). */
  readonly kubeConfig: KubeConfig;
  /** Which of the cluster's objects traffic goes through, or how to find them. */
  readonly workload: Workload | ((core: CoreV1Api) => Promise<Workload>);
  /** What the cluster is found again by; absent: the name of its context. */
  readonly place?: ReturnType<Cluster['place']>;
  /** What leads to the Service; absent: the address that its own balancer has published. */
  readonly front?: UrlFront;
}

/**
 * A cluster that is there already, with its own balancer and its own workload. Nothing is installed in it, and it offers
 * no effects: only what the API can do (cordon, evict, delete a pod) can be done to it.
 */
export function contextProvider(options: ContextOptions): Provider<BalancerFront | UrlFront> {
  const { kubeConfig, workload } = options;
  const token = newToken();
  const handles: Pick<RoleHandle, 'stop'>[] = [];
  const core = kubeConfig.makeApiClient(CoreV1Api);
  let nodes: readonly TopologyNode[] | null = null;
  const known = async () => (typeof workload === 'function' ? workload(core) : workload);
  const opened = () => {
    if (nodes === null) throw new MidflightError('internal', 'the cluster has not been opened');
    return nodes;
  };
  const cluster: Cluster = {
    disposable: false,
    kubectl: true,
    place: () => options.place ?? { provider: 'context', cluster: kubeConfig.currentContext, kept: true },
    async open(_plan, _events, signal) {
      signal.throwIfAborted();
      nodes = topologyOf((await core.listNode()).items);
    },
    nodes: () => opened().filter(({ controlPlane }) => !controlPlane),
    kubeConfig: () => kubeConfig,
    async versions() {
      const { gitVersion } = await kubeConfig.makeApiClient(VersionApi).getCode();
      return { kubernetes: gitVersion, node: process.version };
    },
    limits: () => [],
  };
  const host: Host = {
    clients: () => [],
    kubeConfig: () => kubeConfig.exportConfig(),
    async launch(protocol, config, name) {
      const handle = await launchLocal(protocol, config, name, token);
      handles.push(handle);
      return handle;
    },
  };
  const source: WorkloadSource = {
    ingressKind: 'unknown',
    owner: 'theirs',
    ready: async (_plan, signal) => findWorkload(core, await known(), signal),
  };
  return {
    name: 'context',
    cluster,
    host,
    front: options.front ?? {
      kind: 'balancer',
      dial: async () => dialOf(await core.readNamespacedService((await known()).service)),
    },
    workload: source,
    effects: {},
    async down() {
      await Promise.all(handles.splice(0).map((handle) => handle.stop()));
      nodes = null;
    },
  };
}
