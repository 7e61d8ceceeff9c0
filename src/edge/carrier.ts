import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { openFilesLimit } from '../base/open-files.ts';
import { type Relay, type RelayEnd, type RelayOptions, relay, relayEnd } from './relay.ts';
import type { Carried } from './relay-process.ts';

interface RelayCarrier {
  /** Like relay(), in this process or one beside it. */
  carry(options: RelayOptions): Relay;
  stop(): void;
}

const answer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('settled'), id: z.int() }),
  z.object({ type: z.literal('closed'), id: z.int(), end: relayEnd }),
]);

interface Helper {
  readonly child: ChildProcess;
  readonly open: Map<number, RelayOptions>;
}

/** Files that the process needs besides two for each connection: pipes, watches, health checks, a burst being accepted. */
const reserve = 1000;

/** The value if the system does not report one. */
const smallLimit = 4096;

/** How many connections one process may hold: each takes two files. */
export function connectionsPerProcess(limit: number | null = openFilesLimit()): number {
  return Math.max(16, Math.floor(((limit ?? smallLimit) - reserve) / 2));
}

/**
 * Carries connections in this process up to `perProcess`, and more in processes that it starts when they are needed
 * (10,000 connections need 20,000 files, which is the hard limit of some machines).
 */
export function createCarrier(perProcess: number, onFailed: (reason: string) => void): RelayCarrier {
  const helpers: Helper[] = [];
  let local = 0;
  let ids = 0;
  let stopping = false;

  const start = (): Helper => {
    const child = fork(fileURLToPath(import.meta.url), ['relay-process'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const helper: Helper = { child, open: new Map() };
    child.on('message', (message) => take(helper, answer.parse(message)));
    child.on('error', (error) => onFailed(`a relay process: ${error.message}`));
    child.on('exit', (code, signal) => {
      helpers.splice(helpers.indexOf(helper), 1);
      if (!stopping) onFailed(`a relay process ended (${signal ?? code})`);
      for (const options of helper.open.values()) options.onClosed(lostEnd);
      helper.open.clear();
    });
    helpers.push(helper);
    return helper;
  };
  const carryAway = (options: RelayOptions): Relay => {
    const { client, upstream, mode, connectTimeoutMs, openedAt } = options;
    const helper = helpers.find((one) => one.open.size < perProcess) ?? start();
    const id = ids++;
    helper.open.set(id, options);
    const carried: Carried = { type: 'carry', id, upstream, mode, connectTimeoutMs, openedAt };
    helper.child.send(carried, client);
    const order = (type: 'reset' | 'mute' | 'shut-down') => {
      if (helper.child.connected) helper.child.send({ type, id });
    };
    return {
      reset: () => order('reset'),
      mute: () => order('mute'),
      shutDown: () => order('shut-down'),
      expire: () => {},
    };
  };
  return {
    carry(options) {
      if (local >= perProcess) return carryAway(options);
      local += 1;
      // Started before it is needed, so that no connection waits for it.
      if (local > 0.8 * perProcess && helpers.length === 0) start();
      const own = relay({
        ...options,
        onClosed(end) {
          local -= 1;
          options.onClosed(end);
        },
      });
      options.client.resume(); // accepted paused, so that it could have been handed on
      return own;
    },
    stop() {
      stopping = true;
      for (const { child } of helpers) child.disconnect();
    },
  };
}

function take(helper: Helper, message: z.infer<typeof answer>): void {
  const options = helper.open.get(message.id);
  if (options === undefined) return;
  if (message.type === 'settled') options.onSettled();
  else {
    helper.open.delete(message.id);
    options.onClosed(message.end);
  }
}

/** The end of a connection whose process died. */
const lostEnd: RelayEnd = {
  upstreamLocal: null,
  connect: 'error',
  connectNs: 0,
  connectedAt: null,
  bytesUp: 0,
  bytesDown: 0,
  lastDownAt: null,
  clientEnd: 'error',
  upstreamEnd: 'error',
};
