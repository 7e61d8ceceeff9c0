import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MidflightError } from '../../base/errors.ts';
import type { Message } from '../../base/protocol.ts';
import type { RoleHandle } from '../../base/role.ts';
import { movedMessage } from '../message-times.ts';

/*
 * On Linux the monotonic clock in a container is the machine's own, which this process reads too. If Docker runs in a
 * virtual machine it is that machine's: then the times of our containers are moved onto this process' clock.
 */

interface ClockOffset {
  /** What to add to a time of the containers' monotonic clock, nanoseconds. */
  readonly offsetNs: number;
  /** How far that may be wrong: half of the quickest answer's way there and back. */
  readonly errorNs: number;
}

export interface ContainerClock extends ClockOffset {
  /** How far the containers' wall clock (since 1970) is ahead of their monotonic clock, nanoseconds. */
  readonly wallAheadNs: number;
}

// Both clocks at once. A process' time origin is its wall time at the start, to the microsecond.
const teller = `process.stdin.on('data', () => {
  const wallUs = performance.timeOrigin + performance.now();
  console.log(String(process.hrtime.bigint()), String(Math.round(wallUs * 1e3)) + '000');
})`;
const turns = 20;

/** Asks a container for its clocks, several times; the quickest answer counts. Starting a program takes far longer. */
export async function containerClock(container: string, now: () => number): Promise<ContainerClock> {
  const child = clockReader(container);
  child.stdin.on('error', () => {}); // it ended: then no line comes
  try {
    return await best(child, container, now);
  } finally {
    child.stdin.end();
    child.kill();
  }
}

const clockReader = (container: string) =>
  spawn('docker', ['exec', '-i', container, 'node', '-e', teller], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });

async function best(child: ReturnType<typeof clockReader>, container: string, now: () => number) {
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'close').then(() => null);
  let found: ContainerClock | null = null;
  for (let turn = 0; turn < turns; turn += 1) {
    const before = now();
    child.stdin.write('?');
    const line = await Promise.race([once(lines, 'line'), ended]);
    const after = now();
    if (line === null) break;
    const [monotonic = Number.NaN, wall = Number.NaN] = String(line[0]).split(' ').map(Number);
    const errorNs = Math.round((after - before) / 2);
    const offsetNs = Math.round((before + after) / 2 - monotonic);
    if (found === null || errorNs < found.errorNs)
      found = { offsetNs, errorNs, wallAheadNs: wall - monotonic };
  }
  if (found !== null) return found;
  throw new MidflightError('provider-failed', `${container} does not report its clock`);
}

/** What is added to times of the containers: nothing if it is within the error, and so taken for the same clock. */
const appliedNs = ({ offsetNs, errorNs }: ClockOffset): number =>
  Math.abs(offsetNs) <= errorNs ? 0 : offsetNs;

/** A wall time of the containers (nanoseconds since 1970) on this process' monotonic clock, rounded to a nanosecond. */
export const ofWall = (wallNs: number, clock: ContainerClock): number =>
  Math.round(wallNs - clock.wallAheadNs + appliedNs(clock));

/** The handle of a role whose clock is `offset` from ours. */
export function onOurClock<Command extends Message, Report extends Message, Ready>(
  handle: RoleHandle<Command, Report, Ready>,
  offset: ClockOffset,
): RoleHandle<Command, Report, Ready> {
  const by = appliedNs(offset);
  if (by === 0) return handle;
  return {
    ...handle,
    onMessage: (handler) => handle.onMessage((message) => handler(movedMessage(message, by))),
  };
}
