import { heartbeat } from '../base/heartbeat.ts';
import type { Message, RoleHandle } from '../base/role.ts';
import type { Timers } from '../base/timers.ts';
import { nsPerMs } from '../base/units.ts';
import type { InstrumentFailureCode } from '../history/codes.ts';
import type { HistoryEvent } from '../history/schema.ts';
import { historyEvent } from '../history/schema.ts';
import type { RoleName } from '../providers/provider.ts';
import type { Run } from './run.ts';

/** Which messages of our processes go into the history as they are. */
const recorded: ReadonlySet<string> = new Set(historyEvent.options.map((option) => option.shape.type.value));

/** How long a process of ours may stay silent before it counts as not measuring (real ms). */
const hungAfterMs = 2000;

/** Why a part of ours that hangs spoils the measurement. */
const silenceWords = (ms: number): string =>
  `did not answer for ${(ms / 1000).toFixed(1)} s: it was stopped, it hangs, or this machine was too slow`;

/** Starts one of our processes and feeds what it says to the history; its unexpected end spoils the trial. */
export async function launchInstrument<Config extends { readonly role: RoleName }>(
  run: Pick<Run, 'record' | 'progress' | 'clock'> & {
    readonly provider: {
      readonly host: { launch(role: Config['role'], config: Config, name: string): Promise<RoleHandle> };
    };
  },
  config: Config,
  name: string,
): Promise<RoleHandle> {
  const handle = await run.provider.host.launch(config.role, config, name);
  const failed = (code: InstrumentFailureCode, reason: string) =>
    run.record({ type: 'instrument-failed', t: run.clock.now(), instrument: name, code, reason });
  handle.onMessage((message) => {
    if (isHistoryEvent(message)) run.record(message);
    else if (message.type === 'failed') failed('reported-failure', String(message.reason));
    else if (message.type === 'fatal') failed('gave-up', String(message.message));
    else run.progress(name, message);
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

/** Our own processes are trusted to write events as the schema has them: there are too many to check each. */
function isHistoryEvent(message: Message): message is Message & HistoryEvent {
  return recorded.has(message.type);
}

function lastLine(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1);
  return line === undefined || line === '' ? '' : `: ${line}`;
}

/** Asks a process to say what it still has, and waits for its answer; false if none came in time. */
export function sync(handle: RoleHandle, id: string, limitMs: number, timers: Timers): Promise<boolean> {
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
