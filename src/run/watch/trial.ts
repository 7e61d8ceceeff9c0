import { nsPerMs } from '../../base/units.ts';
import type { Reason } from '../../history/codes.ts';
import { meaningFor } from '../../history/meaning.ts';
import type { LoadCommand } from '../../load/protocol.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import { probeTimeoutMs } from '../../plan/shape.ts';
import type { RunState } from '../state.ts';
import { conductTrial, type TrialLoad, type TrialParts, type TrialSession } from '../trial/body.ts';
import { type CommandEnd, runCommand, runDuring } from '../user-command.ts';
import { idPrefixes, probeHoldMs } from './instruments.ts';
import type { WatchedRun } from './watch.ts';
import { unwellBefore } from './well.ts';

/** How many kinds of failures to report for each load. */
const mostReasons = 5;
/** How long probes may go on after the watch until everything that failed has recovered. */
const recoveryMs = 60_000;

/** The one trial. Returns why the watch could not be completed, or null; throws what ended it before its time. */
export async function watchTrial(watch: WatchedRun): Promise<Reason | null> {
  const { options, state, clock, record } = watch;
  const ending = { failure: null as Reason | null };
  const host = { state, clock, record, signal: options.signal };
  const { thrown } = await conductTrial(host, 0, (session) => partsOf(watch, session, ending));
  if (thrown !== null) throw thrown.error;
  return ending.failure;
}

function partsOf(
  watch: WatchedRun,
  { phase, note }: TrialSession,
  ending: { failure: Reason | null },
): TrialParts<TrialLoad> {
  const { options, state, streams, probe } = watch;
  const send = (command: LoadCommand) => {
    streams?.send(command);
    probe?.send(command);
  };
  let unwell: string | null = null;
  return {
    start: { policy: null, repeat: 0, seed: 0, meaning: meaningFor(null, null), fault: null },
    oneOfMany: false,
    prepare: async () => ({ idle: () => idle(state, watch), cancel: () => send({ type: 'cancel' }) }),
    async begin() {
      phase('ramp');
      send({ type: 'begin' });
      unwell = await unwellBefore(watch, () => phase('steady'));
    },
    disturb: [
      async () => {
        if (unwell !== null && options.command.length > 0) {
          ending.failure = { code: 'not-well-before', text: `${unwell}; the command was not run` };
          return;
        }
        if (unwell !== null) {
          note('not-well-before', unwell);
          options.onStatus?.(unwell);
        }
        phase('observe');
        const [end] = await Promise.all([command(watch), sleepUntilEnd(watch)]);
        const text = end?.failure ?? null;
        ending.failure = text === null ? null : { code: 'command-failed', text };
      },
    ],
    async finish() {
      phase('finish');
      await followUp(watch, unwell === null);
    },
    conclude: () => tellCuts(watch, note),
  };
}

/** What the figures alone would hide. */
function tellCuts(watch: WatchedRun, note: TrialSession['note']): void {
  const { options, state, cuts } = watch;
  const cut = cuts.count();
  if (cut > 0)
    note(
      'orderly-cut',
      `${cut} of the streams that were open when the command began ended together in order, shorter than the others: the server may have cut them. They count as completed; --expect-bytes, --expect-end or --min-time decides it`,
    );
  for (const [load, idPrefix] of Object.entries(idPrefixes))
    for (const { count, text } of watch.failures.explained(idPrefix).slice(0, mostReasons))
      note('failed-so', `${load === 'probe' ? 'probes' : load}: ${count} failed, ${text}`);
  const open = state.loads.get('streams')?.cancelled ?? 0;
  if (open > 0 && !options.signal.aborted)
    note(
      'still-open',
      `${open} streams were still open ${options.followMs / 1000} s after the watch, and were ended by midflight: what would have become of them is not known; --follow waits longer`,
    );
}

async function command({ options, record, clock }: WatchedRun): Promise<CommandEnd | null> {
  const { command: argv, during, shownCommand, signal } = options;
  if (argv.length === 0) return null;
  const name = shownCommand.join(' ');
  const disturbance = (at: 'begin' | 'done', detail: string) =>
    record({
      type: 'disturbance',
      t: clock.now(),
      trial: 0,
      kind: 'command',
      at,
      name,
      node: null,
      affected: null,
      detail,
    });
  record({ type: 'command', t: clock.now(), at: 'begin', argv: [...shownCommand], exitCode: null });
  disturbance('begin', 'the command is started');
  const end =
    during === undefined
      ? await runCommand(argv, signal, clock)
      : await runDuring(during, name, signal, { record });
  disturbance('done', end.failure ?? 'the command succeeded');
  record({ type: 'command', t: clock.now(), at: 'end', argv: [...shownCommand], exitCode: end.exitCode });
  if (signal.aborted) throw signal.reason;
  return end;
}

function sleepUntilEnd({ options, clock }: WatchedRun): Promise<void> {
  options.onWait?.({ what: 'the end of the watch', limitMs: options.durationMs });
  return clock.sleep(options.durationMs, options.signal).finally(() => options.onWait?.(null));
}

/** Starts no new stream, follows those in flight to their end, and, if all was well once, probes until it is again. */
async function followUp(
  { options, state, clock, streams, probe }: WatchedRun,
  wasWell: boolean,
): Promise<void> {
  const { plan, signal, followMs } = options;
  const since = clock.now();
  streams?.send({ type: 'quiesce' });
  const timeoutNs = probeTimeoutMs(plan) * nsPerMs;
  // Counted from before the end: if all is well already, there is no wait.
  const from = since - plan.stabilityMs * nsPerMs;
  const recovered = () =>
    probe === null ||
    state.idle.has('probe') ||
    state.probes.stableSince(from, clock.now(), plan.stabilityMs * nsPerMs, timeoutNs);
  if (wasWell) await state.until(recovered, recoveryMs, signal, stableWords(plan));
  probe?.send({ type: 'quiesce' });
  const leftMs = followMs - (clock.now() - since) / nsPerMs;
  const open = `${state.loads.get('streams')?.inFlight ?? 0} open streams to end`;
  await state.until(() => idle(state, { streams, probe: null }), leftMs, signal, open);
  // Probes have time-outs of their own.
  await state.until(() => idle(state, { streams: null, probe }), probeHoldMs(plan), signal, 'probes to end');
}

const stableWords = ({ stabilityMs }: AnyPlan) => `${stabilityMs / 1000} s without a failed probe`;

const idle = (state: RunState, { streams, probe }: Pick<WatchedRun, 'streams' | 'probe'>) =>
  (streams === null || state.idle.has('streams')) && (probe === null || state.idle.has('probe'));
