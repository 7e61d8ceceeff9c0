import { type ChildHandle, launchChild } from '../../base/child.ts';
import { MidflightError } from '../../base/errors.ts';
import type { CommonReport } from '../../base/protocol.ts';
import type { NodeName } from '../../base/units.ts';
import { type Filling, fillBacklog, type ListenAddress } from '../../cluster/backlog.ts';
import type { NodeConfig } from '../../cluster/node/config.ts';
import {
  type NodeCommand,
  type NodeReport,
  nodeProtocol,
  type PodProcess,
} from '../../cluster/node/protocol.ts';
import { isAlive, signal } from '../processes.ts';

/** The process group of one node, or of several that share their fate: it can be stopped, ended and started again. */
export interface NodeProcess {
  readonly nodes: readonly NodeName[];
  /** The node, or the first of them and how many more. */
  readonly title: string;
  start(): Promise<void>;
  /** SIGSTOP to the whole group, and no new connection gets in. Resolves with the instant right before. */
  silence(): Promise<number>;
  /** SIGCONT: all that was stopped goes on as if nothing had been. */
  wake(): void;
  /** SIGKILL to the whole group, then a fresh start. */
  restart(): Promise<void>;
  /** Resolves once the node has done it, with the instant right before. */
  command(wanted: WantedCommand): Promise<number>;
  pods(node: NodeName): readonly PodProcess[];
  readonly state: 'running' | 'silent' | 'ended';
  end(): void;
}

/** A command without its id. */
type WantedCommand = NodeCommand extends infer C ? (C extends { id: string } ? Omit<C, 'id'> : never) : never;

type ProcessReport = Exclude<NodeReport | CommonReport, { type: 'listeners' | 'pods' }>;

interface NodeProcessOptions {
  readonly bundle: string;
  readonly token: string;
  readonly nodes: readonly [NodeConfig, ...NodeConfig[]];
  readonly fillFrom: string | null;
  now(): number;
  /** It ended though nobody asked it to. */
  failed(reason: string): void;
  /** What the provider has to take: everything but what is kept here. */
  message(message: ProcessReport): void;
}

/** How long a process may take until its nodes are registered, the first and each further one. Real milliseconds. */
const readyWithinMs = { first: 20_000, further: 500 };

export function nodeProcess(options: NodeProcessOptions): NodeProcess {
  const { now } = options;
  const nodes = options.nodes.map(({ name }) => name);
  const title = nodes.length === 1 ? `${nodes[0]}` : `${nodes[0]} and ${nodes.length - 1} more`;
  let handle: ChildHandle<NodeCommand, NodeReport> | null = null;
  let state: NodeProcess['state'] = 'ended';
  const listeners = new Map<NodeName, readonly ListenAddress[]>();
  const pods = new Map<NodeName, readonly PodProcess[]>();
  let fillings: Filling[] = [];
  let sequence = 0;

  const group = (name: NodeJS.Signals) => {
    if (handle !== null) signal(-handle.pid, name);
  };
  const hear = (message: NodeReport | CommonReport) => {
    if (message.type === 'listeners') listeners.set(message.node, message.listeners);
    else if (message.type === 'pods') pods.set(message.node, message.pods);
    else options.message(message);
  };
  const start = async () => {
    const fresh = await launchChild({
      command: process.execPath,
      args: [options.bundle, options.token],
      protocol: nodeProtocol,
      name: title,
      config: { role: 'node', nodes: [...options.nodes] },
      detached: true,
      readyTimeoutMs: readyWithinMs.first + readyWithinMs.further * (nodes.length - 1),
    });
    handle = fresh;
    state = 'running';
    for (const [node, found] of Object.entries(fresh.ready.listeners)) listeners.set(node, found);
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
    nodes,
    title,
    start,
    get state() {
      return state;
    },
    async silence() {
      if (state !== 'running') throw new MidflightError('fault-failed', `${title} is ${state}, not running`);
      const at = now();
      group('SIGSTOP');
      state = 'silent';
      // A fault during a fault's clean-up must still find every filling.
      fillings = await Promise.all(
        [...listeners.values()].flat().map((listener) => fillBacklog(listener, options.fillFrom)),
      );
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
      listeners.clear();
      pods.clear();
      await start();
    },
    command(wanted) {
      const at = now();
      const id = `command-${sequence}`;
      sequence += 1;
      return new Promise((resolve, reject) => {
        const current = handle;
        if (current === null || state !== 'running') {
          reject(new MidflightError('fault-failed', `${wanted.node} is not running`));
          return;
        }
        const stopListening = current.onMessage((message) => {
          if (message.type !== 'done' || message.id !== id) return;
          stopListening();
          resolve(at);
        });
        void current.exited.then(() =>
          reject(new MidflightError('fault-failed', `${wanted.node} ended during its ${wanted.type}`)),
        );
        current.send({ ...wanted, id });
      });
    },
    pods: (node) => pods.get(node) ?? [],
    end,
  };
}

/** SIGKILL is certain but not instant; the group's addresses must be free before the next start. */
async function groupEnd(pgid: number): Promise<void> {
  for (let waited = 0; waited < 5000 && isAlive(-pgid); waited += 5) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
