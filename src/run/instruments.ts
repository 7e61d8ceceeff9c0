import { heartbeat } from '../base/heartbeat.ts';
import type { Message } from '../base/protocol.ts';
import type { RoleHandle } from '../base/role.ts';
import type { Timers } from '../base/timers.ts';
import { nsPerMs } from '../base/units.ts';
import type { EdgeCommand, EdgeReport } from '../edge/protocol.ts';
import type { InstrumentFailureCode } from '../history/codes.ts';
import { isHistoryEvent } from '../history/recorded.ts';
import type { EventOf } from '../history/schema.ts';
import type { LaunchProtocol, LoadReport } from '../load/reports.ts';
import type { Host, RoleName } from '../providers/provider.ts';
import type { Run } from './run.ts';

/** What an instrument reports, and what its host adds. */
export type InstrumentReport = LoadReport | EdgeReport | EventOf<'clock-offset'>;

/** How long a process of ours may stay silent before it counts as not measuring (real ms). */
const hungAfterMs = 2000;

/** Why a part of ours that hangs spoils the measurement. */
const silenceWords = (ms: number): string =>
  `did not answer for ${(ms / 1000).toFixed(1)} s: it was stopped, it hangs, or this machine was too slow`;

/** Starts one of our processes and feeds its reports to the history; its unexpected end spoils the trial. */
export async function launchInstrument<
  Config extends { readonly role: RoleName },
  Command extends Message,
  Ready,
>(
  run: Pick<Run, 'record' | 'progress' | 'clock'> & {
    readonly provider: { readonly host: Pick<Host, 'launch'> };
  },
  protocol: LaunchProtocol<RoleName, Config, Command, LoadReport | EdgeReport, Ready>,
  config: NoInfer<Config>,
  name: string,
): Promise<RoleHandle<Command, InstrumentReport, Ready>> {
  const handle = await run.provider.host.launch(protocol, config, name);
  const failed = (code: InstrumentFailureCode, reason: string) =>
    run.record({ type: 'instrument-failed', t: run.clock.now(), instrument: name, code, reason });
  handle.onMessage((message) => {
    if (isHistoryEvent(message)) run.record(message);
    else if (message.type === 'failed') failed('reported-failure', message.reason);
    else if (message.type === 'fatal') failed('gave-up', message.message);
    else if (message.type !== 'pong' && message.type !== 'synced' && message.type !== 'reached')
      run.progress(name, message);
  });
  heartbeat(handle, {
    limitMs: hungAfterMs,
    now: () => run.clock.now() / nsPerMs,
    answered: (ms) => run.progress(name, { type: 'answered', ms }),
    silent: (ms) => failed('did-not-answer', silenceWords(ms)),
  });
  void handle.exited.then(({ expected, code, signal, stderr }) => {
    if (!expected)
      failed('ended-unexpectedly', `ended unexpectedly (${signal ?? `exit ${code}`})${lastLine(stderr)}`);
  });
  return handle;
}

function lastLine(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1);
  return line === undefined || line === '' ? '' : `: ${line}`;
}

/** Asks a process to report what it still has, and waits for its answer; false if none came in time. */
export function sync(
  handle: Pick<RoleHandle<EdgeCommand, InstrumentReport>, 'send' | 'onMessage' | 'exited'>,
  id: string,
  limitMs: number,
  timers: Timers,
): Promise<boolean> {
  return new Promise((resolve) => {
    const stopLimit = timers.after(limitMs, () => end(false));
    const stopListening = handle.onMessage((message) => {
      if (message.type === 'synced' && message.id === id) end(true);
    });
    const end = (answered: boolean) => {
      stopLimit();
      stopListening();
      resolve(answered);
    };
    void handle.exited.then(() => end(false));
    handle.send({ type: 'sync', id });
  });
}
