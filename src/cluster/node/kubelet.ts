import type { WallClock } from '../../base/clock.ts';
import { isOver } from '../../kube/pods.ts';
import { watchResource } from '../../kube/watch.ts';
import type { IngressCommand } from '../../workload/ingress/protocol.ts';
import { readAs } from './api.ts';
import type { NodeConfig } from './config.ts';
import type { Gate } from './gate.ts';
import { addressPool } from './pod-addresses.ts';
import { containerOf, isCritical, type PodObject, podObject } from './pod-object.ts';
import { programOf } from './pod-program.ts';
import { type PodListener, type PodReport, type PodWorker, podWorker } from './pod-worker.ts';
import type { PodPorts } from './ports.ts';
import type { PodProcess } from './protocol.ts';
import type { EndpointView } from './proxy/types.ts';

interface Kubelet {
  /** Follows the pods that are bound to this node. */
  start(): Promise<void>;
  readonly listeners: readonly PodListener[];
  readonly pods: readonly PodProcess[];
  /** Ports of the node that lead to a pod on it. */
  readonly hostPorts: ReadonlyMap<number, EndpointView>;
  /** Sends a message to all ingress pods, and to those that start later. */
  sendToIngress(command: IngressCommand): void;
  /** Graceful node shutdown of one class of pods. Resolves when they are gone. */
  shutdown(which: 'ordinary' | 'critical', graceMs: number): Promise<void>;
  stop(): void;
}

interface KubeletOptions {
  readonly config: NodeConfig;
  readonly gate: Gate;
  readonly ports: PodPorts;
  readonly clock: WallClock;
  changed(): void;
  message(message: PodReport): void;
  failed(what: string, error: unknown): void;
}

/** pkg/kubelet/nodeshutdown: what a pod that it ended is given. */
const shutdownStatus = {
  reason: 'Terminated',
  message: 'Pod was terminated in response to imminent node shutdown.',
};

/** Runs what is bound to this node and reports on it, as a kubelet does. */
export function kubelet(options: KubeletOptions): Kubelet {
  const { config, gate, ports, changed, failed } = options;
  const { api } = gate;
  const workers = new Map<string, PodWorker>();
  const addresses = addressPool(config, options.clock, () =>
    [...workers.values()].map(({ address }) => address),
  );
  let lastCommand: IngressCommand | null = null;
  let stopWatch = () => {};

  const startPod = (pod: PodObject) => {
    const address = pod.spec.hostNetwork ? config.address : addresses.take();
    if (address === undefined) {
      return failed(
        `pod ${pod.metadata.name}`,
        new Error(`a node has ${config.podAddresses.length} addresses`),
      );
    }
    const program = programOf(config, pod, ports.host(address), (port) => ports.port(address, port));
    if (program === undefined) return failed(`pod ${pod.metadata.name}`, new Error('its image is unknown'));
    const worker = podWorker({
      pod,
      program,
      address,
      hostAddress: config.address,
      dial: (port) => ({ host: ports.host(address), port: ports.port(address, port) }),
      token: config.token,
      timeScale: config.timeScale,
      api,
      clock: options.clock,
      changed,
      message: options.message,
      failed,
    });
    workers.set(pod.metadata.uid, worker);
    changed(); // its sandbox is there, and with it the ports of the node that lead to it
    if (worker.role === 'ingress' && lastCommand !== null) worker.send(lastCommand);
  };
  const viewOf = (address: string, port: number): EndpointView => ({
    address: ports.host(address),
    port: ports.port(address, port),
    node: config.name,
    ready: true,
    serving: true,
    terminating: false,
  });
  const podPath = ({ metadata: { namespace, name } }: PodObject) =>
    `/api/v1/namespaces/${namespace}/pods/${name}`;
  const endPod = async (pod: PodObject, graceMs: number) => {
    const worker = workers.get(pod.metadata.uid);
    await worker?.terminate(graceMs);
    workers.delete(pod.metadata.uid);
    addresses.freed(worker?.address);
    changed();
    await api.remove(podPath(pod), 0);
  };
  const take = (pod: PodObject, change: 'added' | 'modified' | 'deleted') => {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds = 30 } = pod.metadata;
    const known = workers.has(uid);
    const over = isOver(pod);
    const graceMs = change === 'deleted' ? 0 : (deletionGracePeriodSeconds * 1000) / config.timeScale;
    if (change === 'deleted' || deletionTimestamp !== undefined) {
      if (!known && change === 'deleted') return;
      endPod(pod, graceMs).catch((error: unknown) => failed(`end of pod ${pod.metadata.name}`, error));
    } else if (known) workers.get(uid)?.seen(pod);
    else if (!over) startPod(pod);
  };

  return {
    async start() {
      const watch = watchResource({
        kubeConfig: api.access,
        path: '/api/v1/pods',
        query: { fieldSelector: `spec.nodeName=${config.name}` },
        onEvent(change, object) {
          const pod = readAs(podObject, object);
          if (pod !== undefined) gate.through(() => take(pod, change));
        },
        onError: (error) => failed('watch of pods', error),
      });
      stopWatch = () => watch.stop();
      await watch.ready;
    },
    get listeners() {
      return [...workers.values()].flatMap((worker) => worker.listeners);
    },
    get pods() {
      return [...workers.values()].flatMap(({ pod, pid, address }) => {
        const { namespace, name, uid } = pod.metadata;
        return pid === null ? [] : [{ namespace, name, uid, pid, address }];
      });
    },
    get hostPorts() {
      return new Map(
        [...workers.values()].flatMap(({ pod, address }) =>
          pod.spec.hostNetwork
            ? []
            : containerOf(pod).ports.flatMap(({ containerPort, hostPort }) =>
                hostPort === undefined ? [] : [[hostPort, viewOf(address, containerPort)] as const],
              ),
        ),
      );
    },
    sendToIngress(command) {
      lastCommand = command;
      for (const worker of workers.values()) if (worker.role === 'ingress') worker.send(command);
    },
    async shutdown(which, graceMs) {
      const ending = [...workers.values()].filter(({ pod }) => isCritical(pod) === (which === 'critical'));
      await Promise.all(
        ending.map(async (worker) => {
          await worker.terminate(graceMs, shutdownStatus);
          workers.delete(worker.pod.metadata.uid);
          addresses.freed(worker.address);
        }),
      );
      changed();
    },
    stop() {
      stopWatch();
    },
  };
}
