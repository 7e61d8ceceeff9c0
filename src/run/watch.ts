import { randomBytes } from 'node:crypto';
import { cpus, platform, totalmem } from 'node:os';
import { type Clock, monotonic } from '../base/clock.ts';
import { MidflightError, messageOf } from '../base/errors.ts';
import { packageVersion } from '../base/package.ts';
import type { Message, RoleHandle } from '../base/role.ts';
import { nsPerMs } from '../base/units.ts';
import { type HistoryEvent, historyVersion, type Phase } from '../history/schema.ts';
import type { ProbeConfig, StreamsConfig, Target } from '../load/config.ts';
import type { Plan } from '../plan/schema.ts';
import { launchLocal } from '../providers/local-role.ts';
import { launchInstrument } from './instruments.ts';
import { untrustedLateness } from './loads.ts';
import { isInterrupted } from './run.ts';
import { type RunState, runState } from './state.ts';
import { type CommandEnd, runCommand } from './user-command.ts';

export interface WatchRunOptions {
  readonly plan: Plan;
  readonly target: Target;
  readonly http: '1.1' | '2';
  /** Real milliseconds of the watch, from when all was well. */
  readonly durationMs: number;
  /** What to run meanwhile; empty: nothing. */
  readonly command: readonly string[];
  readonly write: (event: HistoryEvent) => void;
  readonly signal: AbortSignal;
  readonly onStatus?: (text: string) => void;
  readonly onProgress?: (load: string, message: Message) => void;
  readonly clock?: Clock;
}

type Outcome = 'completed' | 'interrupted' | 'failed';

/** Streams of any length are followed to their end, but not for ever. */
const followMs = 600_000;
/** Probes go on after the watch until what failed has recovered, at most so long. */
const recoveryMs = 60_000;
/** All must be well for so long before the command is run. */
const steadyMs = 2000;
/** The first answers may take so long. */
const rampLimitMs = 30_000;

interface Watch {
  readonly options: WatchRunOptions;
  readonly clock: Clock;
  readonly state: RunState;
  readonly record: (event: HistoryEvent) => void;
  readonly streams: RoleHandle | null;
  readonly probe: RoleHandle | null;
}

/**
 * Watches one URL and writes the history: one trial, no cluster. Whatever happens, its processes are ended and the history
 * gets its last line. Returns how it ended; throws only what is a defect of midflight.
 */
export async function runWatch(
  options: WatchRunOptions,
): Promise<{ outcome: Outcome; reason: string | null }> {
  const { plan, signal } = options;
  const clock = options.clock ?? monotonic;
  const state = runState();
  const record = (event: HistoryEvent) => {
    options.write(event);
    state.observe(event);
  };
  for (const event of opening(plan, clock)) record(event);
  const handles: RoleHandle[] = [];
  let outcome: Outcome = 'completed';
  let reason: string | null = null;
  try {
    options.onStatus?.('starting the instruments');
    const { streams, probe } = await launch(options, { clock, state, record, handles });
    reason = await trial({ options, clock, state, record, streams, probe });
    if (reason !== null) outcome = 'failed';
  } catch (error) {
    outcome = isInterrupted(error) || signal.aborted ? 'interrupted' : 'failed';
    reason = outcome === 'interrupted' ? messageOf(signal.reason ?? error) : messageOf(error);
    if (!(error instanceof MidflightError)) throw error;
  } finally {
    options.onStatus?.('cleaning up');
    await Promise.all(handles.map((handle) => handle.stop()));
    record({ type: 'finish', t: clock.now(), outcome, reason });
  }
  return { outcome, reason };
}

function opening(plan: Plan, clock: Clock): HistoryEvent[] {
  const versions = { node: process.version };
  return [
    {
      type: 'header',
      version: historyVersion,
      midflightVersion: packageVersion(),
      runId: `${plan.experiment}-${randomBytes(4).toString('hex')}`,
      t: clock.now(),
      wallTime: new Date().toISOString(),
      provider: plan.provider,
      plan,
      versions,
      machine: { platform: platform(), cpus: cpus().length, memoryBytes: totalmem(), node: process.version },
    },
    {
      type: 'topology',
      t: clock.now(),
      nodes: [],
      limits: [
        'no cluster was asked: losses are not attributed to nodes, and there is no log of a load balancer',
      ],
      ingressKind: 'unknown',
      clientAddresses: [],
      edgeAddress: null,
      edgeKeepsClientAddress: false,
      versions,
    },
  ];
}

async function launch(
  options: WatchRunOptions,
  shared: Pick<Watch, 'clock' | 'state' | 'record'> & { handles: RoleHandle[] },
): Promise<Pick<Watch, 'streams' | 'probe'>> {
  const { state, handles } = shared;
  const token = `midflight-${randomBytes(8).toString('hex')}`;
  const run = {
    ...shared,
    provider: {
      launch: (role: 'recorder' | 'probe', config: StreamsConfig | ProbeConfig, name: string) =>
        launchLocal(role, config, name, token),
    },
    progress(load: string, message: Message) {
      state.message(load, message);
      options.onProgress?.(load, message);
    },
  };
  let streams: RoleHandle | null = null;
  let probe: RoleHandle | null = null;
  for (const load of options.plan.load) {
    if (load.kind === 'streams') {
      streams = await launchInstrument(run, streamsConfig(options, load), load.name);
      handles.push(streams);
    } else if (load.kind === 'probe') {
      probe = await launchInstrument(run, probeConfig(options, load), load.name);
      handles.push(probe);
    }
  }
  return { streams, probe };
}

type Load<K extends Plan['load'][number]['kind']> = Extract<Plan['load'][number], { kind: K }>;

function streamsConfig({ target }: WatchRunOptions, load: Load<'streams'>): StreamsConfig {
  const { name, concurrency, rampMs, stallMs, connectTimeoutMs, expectStatus } = load;
  return {
    role: 'recorder',
    load: name,
    trial: 0,
    target,
    localAddresses: [],
    concurrency,
    app: null,
    rampMs,
    stallMs,
    connectTimeoutMs,
    renew: true,
    expectStatus,
    idPrefix: 'stream-',
  };
}

function probeConfig({ target, http }: WatchRunOptions, load: Load<'probe'>): ProbeConfig {
  const { name, rate, lanes, timeoutMs, expectStatus } = load;
  return {
    role: 'probe',
    load: name,
    trial: 0,
    target,
    localAddresses: [],
    rate,
    lanes,
    http,
    family: 0,
    timeoutMs,
    holdMs: Math.max(timeoutMs, 19_000),
    expectStatus,
    idPrefix: 'probe-',
    untrustedLatenessMs: untrustedLateness(rate),
    app: false,
  };
}

/** The one trial. Returns why the watch could not be completed, or null. */
async function trial(watch: Watch): Promise<string | null> {
  const { options, record, clock, state, streams, probe } = watch;
  const phase = (name: Phase) => record({ type: 'phase', t: clock.now(), trial: 0, phase: name });
  state.beginTrial();
  record({ type: 'trial-start', t: clock.now(), trial: 0, policy: null, repeat: 0, seed: 0, fault: null });
  let failure: string | null = null;
  let outcome: Outcome = 'completed';
  try {
    phase('ramp');
    streams?.send({ type: 'begin' });
    probe?.send({ type: 'begin' });
    const unwell = await unwellBefore(watch, () => phase('steady'));
    if (unwell !== null && options.command.length > 0) {
      failure = `${unwell}; the command was not run`;
    } else {
      if (unwell !== null) record({ type: 'note', t: clock.now(), level: 'warning', text: unwell });
      phase('observe');
      const [end] = await Promise.all([command(watch), sleepUntilEnd(watch)]);
      failure = end?.failure ?? null;
    }
    phase('finish');
    await followUp(watch, unwell === null);
  } catch (error) {
    outcome = isInterrupted(error) ? 'interrupted' : 'failed';
    throw error;
  } finally {
    await cancelRest(watch);
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
  const limitMs = Math.min(rampLimitMs, ...plan.load.map((load) => rampLimitOf(load)));
  if (!(await state.until(begun, limitMs, signal))) {
    return `not all of the ${wanted} streams had a first answer within ${limitMs / 1000} s`;
  }
  onSteady();
  const since = clock.now();
  const lost = counts()?.lost ?? 0;
  const timeoutNs = probeTimeoutMs(plan) * nsPerMs;
  const well = () =>
    clock.now() - since >= steadyMs * nsPerMs &&
    state.probes.stableSince(since, clock.now(), steadyMs * nsPerMs, timeoutNs);
  const steady = await state.until(well, 5 * steadyMs, signal);
  if (!steady) return 'probes failed before anything was done';
  return (counts()?.lost ?? 0) > lost ? 'streams were lost before anything was done' : null;
}

/** When the last of the streams has been silent for too long. */
const rampLimitOf = (load: Plan['load'][number]) =>
  load.kind === 'streams' ? load.rampMs + load.stallMs + 1000 : rampLimitMs;

const probeTimeoutMs = (plan: Plan) =>
  Math.max(0, ...plan.load.map((load) => (load.kind === 'probe' ? load.timeoutMs : 0)));

async function command({ options, record, clock }: Watch): Promise<CommandEnd | null> {
  const { command: argv, signal } = options;
  if (argv.length === 0) return null;
  const name = argv.join(' ');
  const disturbance = (at: 'begin' | 'done', detail: string) =>
    record({ type: 'disturbance', t: clock.now(), trial: 0, kind: 'command', at, name, node: null, detail });
  record({ type: 'command', t: clock.now(), at: 'begin', argv: [...argv], exitCode: null });
  disturbance('begin', 'the command is started');
  const end = await runCommand(argv, signal);
  disturbance('done', end.failure ?? 'the command succeeded');
  record({ type: 'command', t: clock.now(), at: 'end', argv: [...argv], exitCode: end.exitCode });
  if (signal.aborted) throw signal.reason;
  return end;
}

function sleepUntilEnd({ options, clock }: Watch): Promise<void> {
  return clock.sleep(options.durationMs, options.signal);
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
  if (wasWell) await state.until(recovered, recoveryMs, signal);
  probe?.send({ type: 'quiesce' });
  await state.until(() => idle(state, { streams, probe }), followMs, signal);
}

const idle = (state: RunState, { streams, probe }: Pick<Watch, 'streams' | 'probe'>) =>
  (streams === null || state.idle.has('streams')) && (probe === null || state.idle.has('probe'));

/** What is cut off now was cut by us: cancelled, and no loss. */
async function cancelRest({ options, state, streams, probe }: Watch): Promise<void> {
  const { signal } = options;
  if (signal.aborted || idle(state, { streams, probe })) return;
  streams?.send({ type: 'cancel' });
  probe?.send({ type: 'cancel' });
  await state.until(() => idle(state, { streams, probe }), 5000, signal).catch(() => false);
}
