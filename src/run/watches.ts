import type { CoreV1Event, V1EndpointSlice, V1Node, V1Pod, V1Service } from '@kubernetes/client-node';
import { messageOf } from '../base/errors.ts';
import { secondServiceOf } from '../catalogue/switchovers.ts';
import type { HistoryEvent } from '../history/schema.ts';
import { isReadyEndpoint, isServingEndpoint, serviceNameLabel } from '../kube/endpoints.ts';
import { excludeLabel } from '../kube/names.ts';
import { isBeingDeleted } from '../kube/pods.ts';
import { hasReadyCondition, readyConditionOf } from '../kube/ready.ts';
import { waitFor } from '../kube/wait.ts';
import { watchResource } from '../kube/watch.ts';
import type { Run } from './run.ts';

type Watched = Pick<Run, 'plan' | 'provider' | 'workload' | 'record' | 'clock' | 'signal'>;

/** How long the first lists may take, real ms. */
const listedWithinMs = 30_000;
type Change = 'added' | 'modified' | 'deleted';

/**
 * Writes into the history what the API reports about nodes, endpoints, Services, pods and events. Of the namespace on
 * somebody's own cluster only what belongs to the Service: what else lives there is no part of the trial.
 */
export async function watchCluster(run: Watched): Promise<{ stop(): void }> {
  const { service, ingress, app } = run.workload;
  const { namespace, name } = service;
  const isOwn = run.plan.ownCluster !== undefined;
  const own = new Set([name, secondServiceOf(name), app.service]);
  const belongs = (wanted: string) => !isOwn || own.has(wanted);
  const podQueries = isOwn
    ? [...new Set([ingress.labelSelector, app.labelSelector])].map((labelSelector) => ({ labelSelector }))
    : [{}];
  const at = () => run.clock.now();
  const slices = sliceBook();
  const watches = [
    watch<V1Node>(run, '/api/v1/nodes', (change, node) => nodeEvent(at(), change, node)),
    watch<V1Service>(run, `/api/v1/namespaces/${namespace}/services`, (change, service) =>
      change === 'deleted' || !belongs(service.metadata?.name ?? '') ? null : serviceEvent(at(), service),
    ),
    watch<V1EndpointSlice>(
      run,
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      (change, slice) => (belongs(serviceOf(slice)) ? slices(at(), change, slice) : null),
    ),
    ...podQueries.map((query) =>
      watch<V1Pod>(
        run,
        `/api/v1/namespaces/${namespace}/pods`,
        (change, pod) => podEvent(at(), change, pod),
        query,
      ),
    ),
    watch<CoreV1Event>(run, eventsOf(run), (change, event) =>
      change === 'deleted' ? null : kubernetesEvent(at(), event),
    ),
  ];
  const stop = () => {
    for (const each of watches) each.stop();
  };
  let listed = false;
  void Promise.all(watches.map(({ ready }) => ready)).then(() => {
    listed = true;
  });
  try {
    await waitFor('the first answers of the API', listedWithinMs, run.signal, async () => listed, {
      clock: run.clock,
    });
  } catch (error) {
    stop();
    throw error;
  }
  return { stop };
}

/** The events to watch: on somebody's own cluster, those of the Service's namespace are enough. */
const eventsOf = ({ plan, workload }: Watched): string =>
  plan.ownCluster === undefined
    ? '/api/v1/events'
    : `/api/v1/namespaces/${workload.service.namespace}/events`;

function watch<T>(
  run: Watched,
  path: string,
  toEvent: (change: Change, object: T) => HistoryEvent | null,
  query: Record<string, string> = {},
) {
  return watchResource({
    kubeConfig: run.provider.cluster.kubeConfig(),
    path,
    query,
    onEvent(change, object) {
      // The API server answers for the shape of its own objects.
      const event = toEvent(change, object as unknown as T);
      if (event !== null) run.record(event);
    },
    onError(error) {
      run.record({
        type: 'note',
        t: run.clock.now(),
        level: 'warning',
        code: 'watch-lost',
        text: `watch of ${path}: ${messageOf(error)}`,
      });
    },
  });
}

function nodeEvent(t: number, change: Change, node: V1Node): HistoryEvent {
  const ready = readyConditionOf(node);
  return {
    type: 'node',
    t,
    node: node.metadata?.name ?? '',
    change,
    ready: ready?.status === 'True' || ready?.status === 'False' ? ready.status : 'Unknown',
    reason: ready?.reason ?? '',
    unschedulable: node.spec?.unschedulable ?? false,
    excluded: excludeLabel in (node.metadata?.labels ?? {}),
  };
}

function serviceEvent(t: number, service: V1Service): HistoryEvent {
  const policy = service.spec?.externalTrafficPolicy;
  return {
    type: 'service',
    t,
    service: service.metadata?.name ?? '',
    policy: policy === 'Cluster' || policy === 'Local' ? policy : null,
    healthCheckNodePort: service.spec?.healthCheckNodePort ?? null,
  };
}

function podEvent(t: number, change: Change, pod: V1Pod): HistoryEvent {
  return {
    type: 'pod',
    t,
    pod: pod.metadata?.name ?? '',
    app: pod.metadata?.labels?.['app.kubernetes.io/name'] ?? '',
    node: pod.spec?.nodeName ?? null,
    change,
    phase: pod.status?.phase ?? '',
    ready: hasReadyCondition(pod),
    terminating: isBeingDeleted(pod),
    restarts: (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
  };
}

function kubernetesEvent(t: number, event: CoreV1Event): HistoryEvent {
  const { kind, name } = event.involvedObject;
  return {
    type: 'kubernetes-event',
    t,
    reason: event.reason ?? '',
    object: `${kind ?? ''}/${name ?? ''}`,
    message: event.message ?? '',
  };
}

/** A Service may have several EndpointSlices: each change is written as the whole of its Service. */
function sliceBook() {
  const known = new Map<string, V1EndpointSlice>();
  return (t: number, change: Change, slice: V1EndpointSlice): HistoryEvent => {
    const name = slice.metadata?.name ?? '';
    const service = serviceOf(slice);
    if (change === 'deleted') known.delete(name);
    else known.set(name, slice);
    const own = [...known.values()].filter((each) => serviceOf(each) === service);
    return {
      type: 'endpoints',
      t,
      service,
      endpoints: own.flatMap((each) => (each.endpoints ?? []).map(endpointOf)),
    };
  };
}

const serviceOf = (slice: V1EndpointSlice) => slice.metadata?.labels?.[serviceNameLabel] ?? '';

function endpointOf(endpoint: V1EndpointSlice['endpoints'][number]) {
  return {
    address: endpoint.addresses[0] ?? '',
    node: endpoint.nodeName ?? null,
    pod: endpoint.targetRef?.name ?? null,
    ready: isReadyEndpoint(endpoint),
    serving: isServingEndpoint(endpoint),
    terminating: endpoint.conditions?.terminating ?? false,
  };
}
