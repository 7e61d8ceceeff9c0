import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MidflightError } from '../../base/errors.ts';
import type { Message, RoleHandle } from '../../base/role.ts';

/*
 * On Linux the monotonic clock in a container is the machine's own, which this process reads too. Where Docker runs in a
 * virtual machine it is that machine's: then what our containers tell is moved onto this process' clock.
 */

export interface ClockOffset {
  /** To be added to a time of the containers, nanoseconds. */
  readonly offsetNs: number;
  /** How far that may be wrong: half of the quickest answer's way there and back. */
  readonly errorNs: number;
}

const teller = "process.stdin.on('data', () => console.log(String(process.hrtime.bigint())))";
const turns = 20;

/** Asks a container for its clock, several times; the quickest answer counts. Starting a program takes far longer. */
export async function clockOffset(container: string, now: () => number): Promise<ClockOffset> {
  const child = tell(container);
  child.stdin.on('error', () => {}); // it ended: then no line comes
  try {
    return await best(child, container, now);
  } finally {
    child.stdin.end();
    child.kill();
  }
}

const tell = (container: string) =>
  spawn('docker', ['exec', '-i', container, 'node', '-e', teller], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });

async function best(child: ReturnType<typeof tell>, container: string, now: () => number) {
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'close').then(() => null);
  let found: ClockOffset | null = null;
  for (let turn = 0; turn < turns; turn += 1) {
    const before = now();
    child.stdin.write('?');
    const line = await Promise.race([once(lines, 'line'), ended]);
    const after = now();
    if (line === null) break;
    const errorNs = Math.round((after - before) / 2);
    const offsetNs = Math.round((before + after) / 2 - Number(line[0]));
    if (found === null || errorNs < found.errorNs) found = { offsetNs, errorNs };
  }
  if (found !== null) return found;
  throw new MidflightError('provider-failed', `${container} does not tell its clock`);
}

/** A message with its times on this process' clock: `t`, and every field whose name ends in `At` (history's schema). */
export function moved(message: Message, offsetNs: number): Message {
  const entries = Object.entries(message).map(([name, value]) => {
    const isTime = typeof value === 'number' && (name === 't' || name.endsWith('At'));
    return [name, isTime ? value + offsetNs : value];
  });
  return { ...Object.fromEntries(entries), type: message.type };
}

/** The handle of a role whose clock is `offset` from ours; within the error it is taken for the same clock. */
export function onOurClock(handle: RoleHandle, { offsetNs, errorNs }: ClockOffset): RoleHandle {
  if (Math.abs(offsetNs) <= errorNs) return handle;
  return {
    ...handle,
    onMessage: (handler) => handle.onMessage((message) => handler(moved(message, offsetNs))),
  };
}
