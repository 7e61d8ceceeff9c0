import { type ChildProcess, spawn } from 'node:child_process';
import { overran } from '../../base/busy-machine.ts';
import { MidflightError, messageOf } from '../../base/errors.ts';
import { machineErrorOf } from '../../base/machine-error.ts';
import { roleBundle } from '../../base/package.ts';

/** How long it may take to begin and to end, real ms. */
const withinMs = 10_000;
const graceMs = 2000;

/**
 * The process that ends all others should this one be killed; in a session of its own, so that Ctrl-C does not reach it.
 * `died`: it ended without being asked to, and nobody would end the others any more. Returns how to end it.
 */
export async function startWatchdog(
  token: string,
  died: (how: string) => void,
): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [roleBundle('watchdog'), token], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  let expected = false;
  const ended = endOf(child);
  await waitUntilReady(child, ended);
  child.stdin?.on('error', () => {}); // it has ended: `ended` reports that
  void ended.then((how) => {
    if (!expected) died(how);
  });
  return async () => {
    expected = true;
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(machineErrorOf(error)?.message ?? messageOf(error)));
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
}

function waitUntilReady(child: ChildProcess, ended: Promise<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new MidflightError('provider-failed', `the watchdog did not start: ${why}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(overran(`not ready after ${withinMs / 1000} s`));
    }, withinMs);
    void ended.then((how) => {
      clearTimeout(timer);
      fail(how);
    });
    child.stdout?.once('data', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
