import { isCertificate } from '../../base/errno.ts';
import { nsPerMs } from '../../base/units.ts';
import type { Reason } from '../../history/codes.ts';
import type { Phase } from '../../history/schema.ts';
import type { Plan } from '../../plan/schema.ts';
import { probeTimeoutMs } from '../../plan/shape.ts';
import { cutOff } from '../cut-off.ts';
import { isInterrupted } from '../run.ts';
import type { RunState } from '../state.ts';
import { type CommandEnd, runCommand } from '../user-command.ts';
import type { Failure } from './failures.ts';
import { idPrefixes } from './instruments.ts';
import type { Watch, WatchOutcome } from './watch.ts';

/** Streams of any length are followed to their end, but not for ever. */
const followMs = 600_000;
/** Probes go on after the watch until what failed has recovered, at most so long. */
const recoveryMs = 60_000;
/** All must be well for so long before the command is run. */
const steadyMs = 2000;

/** The one trial. Returns why the watch could not be completed, or null. */
export async function watchTrial(watch: Watch): Promise<Reason | null> {
  const { options, record, clock, state, streams, probe } = watch;
  const phase = (name: Phase) => record({ type: 'phase', t: clock.now(), trial: 0, phase: name });
  state.beginTrial();
  record({ type: 'trial-start', t: clock.now(), trial: 0, policy: null, repeat: 0, seed: 0, fault: null });
  let failure: Reason | null = null;
  let outcome: WatchOutcome = 'completed';
  try {
    phase('ramp');
    streams?.send({ type: 'begin' });
    probe?.send({ type: 'begin' });
    const unwell = await unwellBefore(watch, () => phase('steady'));
    if (unwell !== null && options.command.length > 0) {
      failure = { code: 'not-well-before', text: `${unwell}; the command was not run` };
    } else {
      if (unwell !== null) {
        record({ type: 'note', t: clock.now(), level: 'warning', code: 'not-well-before', text: unwell });
      }
      phase('observe');
      const [end] = await Promise.all([command(watch), sleepUntilEnd(watch)]);
      const text = end?.failure ?? null;
      failure = text === null ? null : { code: 'command-failed', text };
    }
    phase('finish');
    await followUp(watch, unwell === null);
  } catch (error) {
    outcome = isInterrupted(error) ? 'interrupted' : 'failed';
    throw error;
  } finally {
    await cutOff(
      { state, signal: options.signal },
      {
        idle: () => idle(state, watch),
        cancel() {
          streams?.send({ type: 'cancel' });
          probe?.send({ type: 'cancel' });
        },
      },
    );
    record({ type: 'trial-end', t: clock.now(), trial: 0, outcome, invalid: [...state.failures] });
  }
  return failure;
}

/** Waits until all streams have begun and nothing has failed for a while; what is wrong, else. */
async function unwellBefore(watch: Watch, onSteady: () => void): Promise<string | null> {
  const { options, state, clock, streams } = watch;
  const { signal, plan } = options;
  const wanted = plan.load.reduce((sum, load) => sum + (load.kind === 'streams' ? load.concurrency : 0), 0);
  const counts = () => state.loads.get('streams');
  const begun = () =>
    streams === null || (counts()?.pastFirstChunk ?? 0) + (counts()?.completed ?? 0) >= wanted;
  const limitMs = Math.max(0, ...plan.load.map(rampLimitOf));
  if (!(await state.until(begun, limitMs, signal, `a first answer on all ${wanted} streams`))) {
    return `not all of the ${wanted} streams had a first answer within ${limitMs / 1000} s${how(watch, idPrefixes.streams)}`;
  }
  onSteady();
  const since = clock.now();
  const lost = counts()?.lost ?? 0;
  const timeoutNs = probeTimeoutMs(plan) * nsPerMs;
  const well = () =>
    clock.now() - since >= steadyMs * nsPerMs &&
    state.probes.stableSince(since, clock.now(), steadyMs * nsPerMs, timeoutNs);
  // A probe may take its whole time-out: only then is it known that it was well.
  const steady = await state.until(
    well,
    5 * steadyMs + probeTimeoutMs(plan),
    signal,
    `${steadyMs / 1000} s without a failed probe`,
  );
  if (!steady) return `probes failed before anything was done${how(watch, idPrefixes.probe)}`;
  return (counts()?.lost ?? 0) > lost
    ? `streams were lost before anything was done${how(watch, idPrefixes.streams)}`
    : null;
}

/** How most of these failed, and what may be done about it. */
function how({ options: { plan }, failures }: Watch, idPrefix: string): string {
  const most = failures.most(idPrefix);
  if (most === null) return '';
  return `: ${most.count} failed, ${most.text}${hintFor(plan, idPrefix, most)}`;
}

function hintFor(plan: Plan, idPrefix: string, { outcome, errno }: Failure): string {
  if (outcome === 'http-error') return '; --status names the one to expect';
  if (errno !== null && isCertificate(errno)) return '; --insecure takes any';
  if (outcome !== 'hung') return '';
  return idPrefix === idPrefixes.probe
    ? `, without a whole answer for ${probeTimeoutMs(plan) / 1000} s; a slow URL wants a longer --timeout, or a quick --probe-path`
    : `, silent for ${stallMs(plan) / 1000} s; a slow URL wants a longer --stall`;
}

/** When the last of the streams has been silent for too long. */
const rampLimitOf = (load: Plan['load'][number]) =>
  load.kind === 'streams' ? load.rampMs + load.stallMs + 1000 : 0;

const stallMs = (plan: Plan) =>
  Math.max(0, ...plan.load.map((load) => (load.kind === 'streams' ? load.stallMs : 0)));

async function command({ options, record, clock }: Watch): Promise<CommandEnd | null> {
  const { command: argv, shownCommand, signal } = options;
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
  const end = await runCommand(argv, signal);
  disturbance('done', end.failure ?? 'the command succeeded');
  record({ type: 'command', t: clock.now(), at: 'end', argv: [...shownCommand], exitCode: end.exitCode });
  if (signal.aborted) throw signal.reason;
  return end;
}

function sleepUntilEnd({ options, clock }: Watch): Promise<void> {
  options.onWait?.({ what: 'the end of the watch', limitMs: options.durationMs });
  return clock.sleep(options.durationMs, options.signal).finally(() => options.onWait?.(null));
}

/** No new stream; those in flight to their end, and, where all was well once, probes until it is again. */
async function followUp({ options, state, clock, streams, probe }: Watch, wasWell: boolean): Promise<void> {
  const { plan, signal } = options;
  const since = clock.now();
  streams?.send({ type: 'quiesce' });
  const timeoutNs = probeTimeoutMs(plan) * nsPerMs;
  // From before the end: where all is well already nothing is waited for.
  const from = since - plan.stabilityMs * nsPerMs;
  const recovered = () =>
    probe === null || state.probes.stableSince(from, clock.now(), plan.stabilityMs * nsPerMs, timeoutNs);
  if (wasWell) await state.until(recovered, recoveryMs, signal, stableWords(plan));
  probe?.send({ type: 'quiesce' });
  await state.until(() => idle(state, { streams, probe }), followMs, signal, 'open requests to end');
}

const stableWords = ({ stabilityMs }: Plan) => `${stabilityMs / 1000} s without a failed probe`;

const idle = (state: RunState, { streams, probe }: Pick<Watch, 'streams' | 'probe'>) =>
  (streams === null || state.idle.has('streams')) && (probe === null || state.idle.has('probe'));
