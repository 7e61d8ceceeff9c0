import type { Deployment, Node, Pod, Resource } from '../../../../src/cluster/control-plane/api/kinds.ts';
import { createObject, getObject, updateObject } from '../../../../src/cluster/control-plane/api/registry.ts';
import { controlPlaneConfig } from '../../../../src/cluster/control-plane/config.ts';
import { createContext } from '../../../../src/cluster/control-plane/control-plane.ts';
import { runControllers } from '../../../../src/cluster/control-plane/controllers/controller.ts';
import { controllers } from '../../../../src/cluster/control-plane/controllers/list.ts';
import { fakeClock } from './fake-clock.ts';

export const namespace = 'default';
export const podSpec = {
  containers: [{ name: 'c', image: 'app', ports: [{ name: 'http', containerPort: 8080 }] }],
};

/** Real Kubernetes' timers, in fake time. */
const timers = {
  nodeMonitorGraceMs: 50_000,
  nodeMonitorPeriodMs: 5000,
  leaseRenewMs: 10_000,
  podEvictionMs: 300_000,
};

/** A cluster's objects and controllers without HTTP, in fake time; `kubelet` plays the node processes. */
export function testCluster(options: { timeScale?: number } = {}) {
  const clock = fakeClock();
  const config = controlPlaneConfig.parse({
    role: 'control-plane',
    host: '127.0.0.1',
    port: 0,
    timeScale: options.timeScale ?? 1,
    timers,
  });
  const context = createContext(config, { clock, wall: clock.wall });
  const errors: unknown[] = [];
  const manager = runControllers(
    context,
    controllers.map((make) => make(context)),
    (_name, error) => errors.push(error),
  );
  const create = <R extends Resource>(resource: R, body: unknown) =>
    createObject(
      context,
      resource,
      resource === 'nodes' || resource === 'namespaces' ? undefined : namespace,
      body,
    );
  const addNode = (name: string, more: { labels?: Record<string, string>; taints?: object[] } = {}): Node => {
    create('nodes', { metadata: { name, labels: more.labels }, spec: { taints: more.taints } });
    return heartbeat(name);
  };
  const heartbeat = (name: string): Node =>
    updateObject(
      context,
      'nodes',
      undefined,
      name,
      (node) => ({
        ...node,
        status: {
          conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: clock.wall().toISOString() }],
        },
      }),
      'status',
    );
  const setPod = (pod: Pod, status: object): Pod =>
    updateObject(
      context,
      'pods',
      namespace,
      pod.metadata.name,
      (current) => ({ ...current, status: { ...current.status, ...status } }),
      'status',
    );
  let addresses = 0;
  const ready = (pod: Pod): Pod => {
    addresses += 1;
    return setPod(pod, {
      phase: 'Running',
      podIP: pod.status?.podIP ?? `10.0.0.${addresses}`,
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'True', lastTransitionTime: clock.wall().toISOString() },
      ],
    });
  };
  return {
    context,
    clock,
    errors,
    create,
    addNode,
    heartbeat,
    setPod,
    ready,
    settle: () => clock.advance(0),
    stop: () => manager.stop(),
    get: <R extends Resource>(resource: R, name: string) =>
      getObject(
        context,
        resource,
        resource === 'nodes' || resource === 'namespaces' ? undefined : namespace,
        name,
      ),
    pods: () => context.store.list('pods', namespace),
    /** Every pod that is bound and not on its way out becomes Ready. */
    kubelet: () => {
      for (const pod of context.store.list('pods', namespace)) {
        const bound = pod.spec.nodeName !== undefined && pod.metadata.deletionTimestamp === undefined;
        if (
          bound &&
          !pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
        )
          ready(pod);
      }
    },
    events: (reason: string) => context.store.list('events').filter((event) => event.reason === reason),
  };
}

export type TestCluster = ReturnType<typeof testCluster>;

export function deploymentBody(name: string, replicas: number, spec: object = {}, strategy?: object) {
  return {
    metadata: { name },
    spec: {
      replicas,
      ...(strategy ? { strategy } : {}),
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { ...podSpec, ...spec } },
    },
  };
}

export function withTemplateSpec(deployment: Deployment, spec: object): Deployment {
  const { template } = deployment.spec;
  return {
    ...deployment,
    spec: { ...deployment.spec, template: { ...template, spec: { ...template.spec, ...spec } } },
  };
}
