import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { overran } from './busy-machine.ts';
import { MidflightError, messageOf } from './errors.ts';
import { eachLine } from './lines.ts';
import { machineErrorOf } from './machine-error.ts';
import {
  type CommonReport,
  type Message,
  messageIn,
  type Protocol,
  Refused,
  read,
  readRoleReport,
} from './protocol.ts';
import type { RoleHandle } from './role.ts';

interface ChildOptions<Config, Command extends Message, Report extends Message, Ready> {
  readonly protocol: Protocol<string, Config, Command, Report, Ready>;
  readonly command: string;
  readonly args: readonly string[];
  readonly name: string;
  readonly config: NoInfer<Config>;
  readonly env?: Record<string, string>;
  /** Own process group, whose id is the child's pid. */
  readonly detached?: boolean;
  readonly readyTimeoutMs?: number;
}

/** A role's handle, and the operating system's process behind it. */
export interface ChildHandle<
  Command extends Message = Message,
  Report extends Message = Message,
  Ready = unknown,
> extends RoleHandle<Command, Report, Ready> {
  readonly pid: number;
}

/** How long to keep reading output after the process exits (ms). */
const pipesMs = 500;

/**
 * Starts a role (a process that speaks NDJSON, see base/role.ts) and waits until it is ready.
 * Throws `instrument-failed` with what it wrote to stderr if it ends or stays silent before that.
 */
export async function launchChild<Config, Command extends Message, Report extends Message, Ready>(
  options: ChildOptions<Config, Command, Report, Ready>,
): Promise<ChildHandle<Command, Report, Ready>> {
  const { protocol, name } = options;
  const { role } = protocol;
  const child = spawn(options.command, [...options.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: options.detached ?? false,
    env: { ...process.env, ...options.env },
  });
  if (child.stdin === undefined) {
    // node makes no pipes if it had no file descriptor left for them.
    const [error] = await once(child, 'error');
    throw machineErrorOf(error) ?? error;
  }
  let expected = false;
  let stderr = '';
  const handlers = new Set<(message: Report | CommonReport) => void>();
  const early: (Report | CommonReport)[] = [];
  const refused = new Set<string>();
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    stderr = (stderr + text).slice(-8192);
  });
  child.stdin.on('error', () => {}); // it ended: `exited` reports that
  const exited = new Promise<Awaited<RoleHandle['exited']>>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, expected, stderr: messageOf(error) }));
    const over = (code: number | null, signal: NodeJS.Signals | null) =>
      resolve({ code, signal, expected, stderr });
    child.once('close', over);
    // A child of its own that outlives it keeps its pipes open: its end must not wait for that one's.
    child.once('exit', (code, signal) => setTimeout(() => over(code, signal), pipesMs));
  });
  const send = (message: Message) => {
    if (child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  const hear = (message: Report | CommonReport) => {
    if (handlers.size === 0) early.push(message);
    else for (const handler of handlers) handler(message);
  };
  const ready = new Promise<Ready>((resolve, reject) => {
    const fail = (why: string) =>
      reject(new MidflightError('instrument-failed', `${name} (${role}) did not start: ${why}`));
    const timer = setTimeout(
      () => fail(overran(`not ready after ${(options.readyTimeoutMs ?? 20_000) / 1000} s`)),
      options.readyTimeoutMs ?? 20_000,
    );
    void exited.then((end) => {
      clearTimeout(timer);
      fail(end.stderr.trim() || `ended with ${end.signal ?? end.code}`);
    });
    eachLine(child.stdout, (line) => {
      const message = messageIn(line);
      if (message === null) stderr = `${stderr}${line}\n`.slice(-8192);
      else if (message.type === 'ready') {
        clearTimeout(timer);
        const given = read(protocol.ready, message);
        if (given instanceof Refused) fail(given.reason);
        else resolve(given);
      } else {
        const report = readRoleReport(protocol.report, message);
        if (!(report instanceof Refused)) {
          if (report.type === 'fatal') fail(String(report.message)); // no more than a message once it is ready
          hear(report);
        } else if (!refused.has(report.reason)) {
          refused.add(report.reason); // once of each: there may be thousands
          hear({ type: 'failed', reason: report.reason });
        }
      }
    });
  });
  child.stdin.write(`${JSON.stringify(options.config)}\n`);
  const stop = async (graceMs = 2000) => {
    expected = true;
    send({ type: 'stop' });
    child.stdin.end();
    await endOf(child, exited, graceMs);
  };
  try {
    return {
      role,
      name,
      pid: child.pid ?? -1,
      ready: await ready,
      send,
      onMessage(handler) {
        handlers.add(handler);
        for (const message of early.splice(0)) handler(message);
        return () => handlers.delete(handler);
      },
      stop,
      exited,
    };
  } catch (error) {
    await stop(200);
    throw error;
  }
}

async function endOf(child: ChildProcess, exited: Promise<unknown>, graceMs: number): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}
