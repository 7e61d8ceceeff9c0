import { type ChildHandle, launchChild } from '../../base/child.ts';
import type { WallClock } from '../../base/clock.ts';
import type { Protocol } from '../../base/protocol.ts';
import { abortController } from '../../base/signals.ts';
import { timersOf } from '../../base/timers.ts';
import { readyConditionOf } from '../../kube/ready.ts';
import type { AppReport } from '../../workload/app/protocol.ts';
import type { IngressCommand, IngressReport } from '../../workload/ingress/protocol.ts';
import type { NodeApi } from './api.ts';
import { type Ending, endContainer } from './container-end.ts';
import { type ContainerEnd, containerRun } from './container-run.ts';
import { containerOf, type PodObject, type PodStatus, statusPatch } from './pod-object.ts';
import { watchReadiness } from './readiness.ts';

export interface PodListener {
  readonly host: string;
  readonly port: number;
  readonly what: string;
  readonly pid: number;
}

/** The address that its process listens on. */
interface PodReady {
  readonly host: string;
  readonly port: number;
  readonly securePort?: number | undefined;
  readonly h2Port?: number | undefined;
  readonly pingPort?: number;
}

/** What the process of a pod reports. */
export type PodReport = AppReport | IngressReport;

/** What to start for a pod: one of our bundles with its configuration. */
export interface PodProgram {
  readonly protocol: Protocol<'app' | 'ingress', unknown, IngressCommand, PodReport, PodReady>;
  readonly bundle: string;
  readonly config: unknown;
  /** The time from the container's start until it listens, real milliseconds. */
  readonly startDelayMs?: number;
}

interface PodWorkerOptions {
  readonly pod: PodObject;
  readonly program: PodProgram;
  readonly address: string;
  readonly hostAddress: string;
  /** The address that the readiness probe's port of the pod really has. */
  readonly dial: (port: number) => { host: string; port: number };
  readonly token: string;
  readonly timeScale: number;
  readonly api: NodeApi;
  readonly clock: WallClock;
  /** The set of processes or listening sockets changed. */
  changed(): void;
  message(message: PodReport): void;
  /** A write did not reach the API, or a process would not start. */
  failed(what: string, error: unknown): void;
}

/** One pod on its node: its process, its readiness, its status in the API. */
export interface PodWorker {
  readonly pod: PodObject;
  readonly role: 'app' | 'ingress';
  readonly address: string;
  readonly pid: number | null;
  readonly listeners: readonly PodListener[];
  send(message: IngressCommand): void;
  /**
   * What the API holds of the pod. If somebody else has changed whether it is Ready (the node controller does, of a node
   * that was silent for a while), the status is posted again (pkg/kubelet/status/status_manager.go, needsReconcile).
   */
  seen(pod: PodObject): void;
  /**
   * Its preStop hook, SIGTERM, and SIGKILL once `graceMs` (real) are over. Resolves when the process is gone. `final` is
   * posted then.
   */
  terminate(graceMs: number, final?: Pick<PodStatus, 'reason' | 'message'>): Promise<void>;
}

export function podWorker(options: PodWorkerOptions): PodWorker {
  const { pod, program, address, hostAddress, dial, token, timeScale, api, clock, changed, failed } = options;
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`;
  const { readinessProbe: probe, lifecycle } = containerOf(pod);
  const preStopMs = ((lifecycle?.preStop?.sleep?.seconds ?? 0) * 1000) / timeScale;
  const { startDelayMs = 0 } = program;
  const timers = timersOf(clock);
  let child: ChildHandle<IngressCommand, PodReport, PodReady> | null = null;
  let listeners: PodListener[] = [];
  let terminating = false;
  const ended = abortController();
  let ready = false;
  let posts = Promise.resolve();
  let ending: Ending | null = null;
  let stopProbe = () => {};
  const waiting: IngressCommand[] = [];
  const container = containerRun(() => clock.wall());

  const post = (status: Partial<PodStatus>) => {
    const body = statusPatch(pod, {
      phase: 'Running',
      ready,
      address,
      hostAddress,
      container: container.current,
      ...status,
    });
    posts = posts
      .then(() => api.patchIfThere(path, body))
      .catch((error: unknown) => failed(`status of pod ${pod.metadata.name}`, error));
    return posts;
  };
  const setReady = (value: boolean) => {
    if (ready === value) return;
    ready = value;
    void post({});
  };
  const gone = () => {
    child = null;
    listeners = [];
    ready = false;
    stopProbe();
    changed();
  };
  const start = async () => {
    const { protocol, bundle, config } = program;
    if (startDelayMs > 0) {
      container.started();
      void post({});
      await clock.sleep(startDelayMs, ended.signal).catch(() => {}); // a pod that is ended need not start first
      if (terminating) return;
    }
    const started = await launchChild({
      command: process.execPath,
      args: [bundle, token],
      protocol,
      name: pod.metadata.name,
      config,
    });
    if (terminating) return started.stop(0);
    child = started;
    if (startDelayMs === 0) container.started();
    listeners = listenersOf(started.ready, started.pid, protocol.role);
    started.onMessage((message) => {
      if (message.type === 'failed') failed(`pod ${pod.metadata.name}`, new Error(message.reason));
      else if (message.type === 'ingress' || message.type === 'lateness') options.message(message);
    });
    for (const message of waiting) started.send(message);
    changed();
    void post({});
    if (probe === undefined) setReady(true);
    else {
      const at = dial(probe.httpGet.port);
      stopProbe = watchReadiness({
        probe,
        address: at,
        timeScale,
        timers,
        runningMs: startDelayMs,
        onChange: setReady,
      });
    }
    void started.exited.then((end) => {
      gone();
      died(end);
    });
  };
  const died = (end: ContainerEnd) => {
    container.ended(end);
    if (terminating) return;
    void post({});
    const backOff = container.backOff();
    if (backOff > 0) void post({});
    timers.after(backOff / timeScale, run);
  };
  const run = () => {
    if (terminating) return;
    start().catch((error: unknown) => {
      failed(`start of pod ${pod.metadata.name}`, error);
      died({ code: null, signal: null });
    });
  };
  run();

  return {
    pod,
    role: program.protocol.role,
    address,
    get pid() {
      return child?.pid ?? null;
    },
    get listeners() {
      return listeners;
    },
    send(message) {
      // A restarted process must know it too; only the last of a type counts.
      const before = waiting.findIndex(({ type }) => type === message.type);
      if (before !== -1) waiting.splice(before, 1);
      waiting.push(message);
      child?.send(message);
    },
    seen(pod) {
      const held = readyConditionOf(pod)?.status;
      if (!terminating && held !== undefined && (held === 'True') !== ready) void post({});
    },
    async terminate(graceMs, final) {
      terminating = true;
      ended.abort();
      if (ending !== null) ending.within(graceMs);
      else if (child !== null) ending = endContainer(child, { graceMs, preStopMs, timeScale, timers });
      await ending?.gone;
      if (final !== undefined) await post({ phase: 'Failed', ready: false, ...final });
      await posts;
    },
  };
}

function listenersOf(
  { host, port, securePort, h2Port, pingPort }: PodReady,
  pid: number,
  role: string,
): PodListener[] {
  const listeners: PodListener[] = [{ host, port, what: role, pid }];
  if (securePort !== undefined) listeners.push({ host, port: securePort, what: `${role} by TLS`, pid });
  if (h2Port !== undefined) listeners.push({ host, port: h2Port, what: `${role} by HTTP/2`, pid });
  if (pingPort !== undefined) listeners.push({ host, port: pingPort, what: 'ping', pid });
  return listeners;
}
