import { type ChildHandle, launchChild } from '../../base/child.ts';
import { MidflightError } from '../../base/errors.ts';
import type { CommonReport } from '../../base/protocol.ts';
import type { NodeName } from '../../base/units.ts';
import type { PodTarget } from '../../changes/kinds/pod.ts';
import { type Filling, fillBacklog, type ListenAddress } from '../../cluster/backlog.ts';
import type { NodeConfig } from '../../cluster/node/config.ts';
import {
  type NodeCommand,
  type NodeReport,
  nodeProtocol,
  type PodProcess,
} from '../../cluster/node/protocol.ts';
import { isAlive, signal } from '../processes.ts';

/** One embedded node as its hardware: a process group that can be stopped, ended and started again. */
export interface Machine {
  readonly name: NodeName;
  start(): Promise<void>;
  /** SIGSTOP to the whole group, and no new connection gets in. Resolves with the instant right before. */
  silence(): Promise<number>;
  /** SIGCONT: all that was stopped goes on as if nothing had been. */
  wake(): void;
  /** SIGKILL to the whole group, then a fresh start. */
  restart(): Promise<void>;
  shutdownPods(which: 'ordinary' | 'critical', graceMs: number): Promise<number>;
  killPod(pod: PodTarget): number;
  readonly state: 'running' | 'silent' | 'ended';
  end(): void;
}

type Report = Exclude<NodeReport | CommonReport, { type: 'listeners' | 'pods' }>;

interface MachineOptions {
  readonly name: NodeName;
  readonly bundle: string;
  readonly token: string;
  readonly config: NodeConfig;
  readonly fillFrom: string | null;
  now(): number;
  /** The process ended though nobody asked it to. */
  failed(reason: string): void;
  /** What the provider has to take: everything but what this machine keeps for itself. */
  message(message: Report): void;
}

export function machine(options: MachineOptions): Machine {
  const { name, now } = options;
  let handle: ChildHandle<NodeCommand, NodeReport> | null = null;
  let state: Machine['state'] = 'ended';
  let listeners: ListenAddress[] = [];
  let pods: PodProcess[] = [];
  let fillings: Filling[] = [];
  let sequence = 0;

  const group = (name: NodeJS.Signals) => {
    if (handle !== null) signal(-handle.pid, name);
  };
  const hear = (message: NodeReport | CommonReport) => {
    if (message.type === 'listeners') listeners = message.listeners;
    else if (message.type === 'pods') pods = message.pods;
    else options.message(message);
  };
  const start = async () => {
    const fresh = await launchChild({
      command: process.execPath,
      args: [options.bundle, options.token],
      protocol: nodeProtocol,
      name,
      config: options.config,
      detached: true,
    });
    handle = fresh;
    state = 'running';
    ({ listeners } = fresh.ready);
    fresh.onMessage(hear);
    void fresh.exited.then(({ signal: by, code, stderr }) => {
      if (handle !== fresh || state === 'ended') return;
      state = 'ended';
      options.failed(
        `the node's process ended unexpectedly (${by ?? `exit ${code}`}) ${stderr.trim().slice(-300)}`,
      );
    });
  };
  const end = () => {
    if (handle === null) return;
    state = 'ended';
    group('SIGKILL');
    for (const filling of fillings.splice(0)) filling.release();
  };

  return {
    name,
    start,
    get state() {
      return state;
    },
    async silence() {
      if (state !== 'running') throw new MidflightError('fault-failed', `${name} is ${state}, not running`);
      const at = now();
      group('SIGSTOP');
      state = 'silent';
      // A fault during a fault's clean-up must still find every filling.
      fillings = await Promise.all(listeners.map((listener) => fillBacklog(listener, options.fillFrom)));
      return at;
    },
    wake() {
      for (const filling of fillings.splice(0)) filling.release();
      group('SIGCONT');
      state = 'running';
    },
    async restart() {
      const old = handle;
      end();
      if (old !== null) await groupEnd(old.pid);
      listeners = [];
      pods = [];
      await start();
    },
    shutdownPods(which, graceMs) {
      const at = now();
      const id = `shutdown-${sequence}`;
      sequence += 1;
      return new Promise((resolve, reject) => {
        const current = handle;
        if (current === null || state !== 'running') {
          reject(new MidflightError('fault-failed', `${name} is not running`));
          return;
        }
        const stopListening = current.onMessage((message) => {
          if (message.type !== 'shutdown-done' || message.id !== id) return;
          stopListening();
          resolve(at);
        });
        void current.exited.then(() =>
          reject(new MidflightError('fault-failed', `${name} ended during its shutdown`)),
        );
        current.send({ type: 'shutdown-pods', which, graceMs, id });
      });
    },
    killPod(pod) {
      const victim = pods.find(({ uid }) => uid === pod.uid);
      if (victim === undefined)
        throw new MidflightError('fault-failed', `pod ${pod.name} has no process on ${name}`);
      const at = now();
      signal(victim.pid, 'SIGKILL');
      return at;
    },
    end,
  };
}

/** SIGKILL is certain but not instant; the group's addresses must be free before the next start. */
async function groupEnd(pgid: number): Promise<void> {
  for (let waited = 0; waited < 5000 && isAlive(-pgid); waited += 5) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
