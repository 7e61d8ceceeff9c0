import { CoreV1Api } from '@kubernetes/client-node';
import { type Clock, monotonic } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { knownError } from '../base/machine-error.ts';
import { seedOf } from '../base/random.ts';
import type { Message, RoleHandle } from '../base/role.ts';
import type { NodeName } from '../base/units.ts';
import type { OnWait } from '../base/wait.ts';
import type { ChangeLog, Unwound } from '../changes/change-log.ts';
import type { Reason } from '../history/codes.ts';
import type { HistoryEvent } from '../history/schema.ts';
import { portBlocks } from '../plan/ports.ts';
import type { Plan } from '../plan/schema.ts';
import { chooseTarget, targetCandidates } from '../plan/target.ts';
import type { JournalPlace } from '../providers/journals.ts';
import type { Provider, Workload } from '../providers/provider.ts';
import { failuresOf, leftOf, openChanges } from './changes.ts';
import { placementOf } from './cluster.ts';
import { headerOf } from './header.ts';
import { type Hold, hold } from './hold.ts';
import { launchInstrument, sync } from './instruments.ts';
import { endOf, type Run } from './run.ts';
import { type RunState, runState } from './state.ts';
import { runTrial, type TrialOutcome } from './trial/index.ts';
import { watchCluster } from './watches.ts';

export interface RunOptions {
  readonly plan: Plan;
  readonly provider: Provider;
  /** Where every event goes: the history's writer. */
  readonly write: (event: HistoryEvent) => void;
  /** Aborted with a MidflightError `interrupted` when the user wants the end. */
  readonly signal: AbortSignal;
  /** What is being done before and after the trials, in a few words. */
  readonly onStatus?: (text: string) => void;
  /** Progress of loads, which is no history. */
  readonly onProgress?: (load: string, message: Message) => void;
  /** What is waited for, and at most how long. */
  readonly onWait?: OnWait;
  readonly clock?: Clock;
  readonly journal: JournalPlace;
}

/** For all that is undone at the end. Real milliseconds. */
const undoLimitMs = 300_000;

export { runIdOf } from './header.ts';
export type RunOutcome = TrialOutcome;

/** What the opening gave, and how to close it. */
interface Opened {
  readonly run: Run;
  readonly edge: RoleHandle;
  close(): Promise<void>;
}

/**
 * Runs one experiment to its end and writes its history; nothing else. Whatever happens, the provider is taken down and
 * the history gets its last line. Returns how it ended; throws only what is a defect of midflight.
 */
export async function runExperiment(
  options: RunOptions,
): Promise<{ outcome: RunOutcome; reason: Reason | null }> {
  const { plan, provider, signal } = options;
  const clock = options.clock ?? monotonic;
  const state = runState(options.onWait);
  const record = (event: HistoryEvent) => {
    options.write(event);
    state.observe(event);
  };
  const status = options.onStatus ?? (() => {});
  record(headerOf(plan, await provider.versions(), clock, options.journal.runId));
  const changes = openChanges(options.journal, { plan, provider, clock, signal });
  const held = hold(changes, provider);
  let outcome: RunOutcome = 'completed';
  let reason: Reason | null = null;
  try {
    const opened = await open(options, { clock, state, record, status, changes, held });
    try {
      ({ outcome, reason } = await runTrials(opened));
    } finally {
      await opened.close();
    }
  } catch (thrown) {
    const error = knownError(thrown);
    ({ outcome, reason } = endOf(signal, error));
    if (!(error instanceof MidflightError)) throw error;
  } finally {
    status('cleaning up');
    // What was changed in a cluster that stays is undone while it can be reached.
    const inside = await held.release();
    await provider.down();
    const unwound = [...inside, ...(await unwindAll(changes))];
    changes.close();
    for (const event of notesOf(unwound, clock)) record(event);
    record({ type: 'finish', t: clock.now(), outcome, reason });
  }
  return { outcome, reason };
}

const unwindAll = (changes: ChangeLog, mark = 0) => changes.unwind(mark, AbortSignal.timeout(undoLimitMs));

/** What could not be undone stays in the journal; the report shows it. */
function notesOf(unwound: readonly Unwound[], clock: Clock): HistoryEvent[] {
  const note = { type: 'note', t: clock.now() } as const;
  return [
    ...failuresOf(unwound).map((text) => {
      const advice = `not undone: ${text}; midflight clean tries again`;
      return { ...note, level: 'error', code: 'clean-up-failed', text: advice } as const;
    }),
    ...leftOf(unwound).map((text) => {
      return {
        ...note,
        level: 'warning',
        code: 'changed-by-others',
        text: `left as it is: ${text}`,
      } as const;
    }),
  ];
}

interface Shared {
  readonly changes: ChangeLog;
  readonly held: Hold;
  readonly clock: Clock;
  readonly state: RunState;
  readonly record: (event: HistoryEvent) => void;
  readonly status: (text: string) => void;
}

/** Makes the cluster, installs the workload, starts the watches and the edge. */
async function open(options: RunOptions, shared: Shared): Promise<Opened> {
  const { plan, provider, signal } = options;
  const { clock, state, record, status, changes, held } = shared;
  status('creating the cluster');
  const lost = new AbortController();
  const bringUp = AbortSignal.any([signal, lost.signal]);
  await provider.up(
    plan,
    {
      progress: status,
      failed: (instrument, code, reason) => {
        if (signal.aborted) return;
        record({ type: 'instrument-failed', t: clock.now(), instrument, code, reason });
        if (code === 'reported-failure') return;
        const text = `${instrument}: ${reason}`;
        state.failForGood({ code: 'instrument-failed', text });
        lost.abort(new MidflightError('provider-failed', text));
      },
      note: (level, code, text) => record({ type: 'note', t: clock.now(), level, code, text }),
      event: record,
    },
    bringUp,
    changes,
  );
  await held.take((why) => {
    if (!signal.aborted) record({ type: 'instrument-failed', t: clock.now(), ...why });
  });
  status('installing ingress and app');
  const workload = await provider.install(plan, bringUp);
  const topology = provider.nodes();
  const base = {
    plan,
    provider,
    workload,
    topology,
    core: provider.kubeConfig().makeApiClient(CoreV1Api),
    changes,
    state,
    clock,
    signal,
    record,
    progress: (load: string, message: Message) => {
      state.message(load, message);
      options.onProgress?.(load, message);
    },
  };
  record(topologyOf(provider, await provider.versions(), clock));
  status('starting the edge');
  const watches = await watchCluster({ ...base, signal: bringUp });
  try {
    const edge = await launchEdge(base, workload);
    const dial = provider.addresses().edgeDial;
    const run: Run = {
      ...base,
      placement: await placementOf(base),
      edgeDial: dial.port === 0 ? { host: dial.host, port: Number(edge.ready.port) } : dial,
    };
    return {
      run,
      edge,
      async close() {
        if (!signal.aborted) await sync(edge, 'last', 3000);
        watches.stop();
        await edge.stop();
      },
    };
  } catch (error) {
    watches.stop(); // else they would go on for ever, and the process with them
    throw error;
  }
}

function topologyOf(provider: Provider, versions: Record<string, string>, clock: Clock): HistoryEvent {
  const { clients, edgeListen } = provider.addresses();
  return {
    type: 'topology',
    t: clock.now(),
    nodes: [...provider.nodes()],
    limits: [...provider.limits()],
    ingressKind: provider.ingressKind,
    clientAddresses: [...clients],
    edgeAddress: edgeListen.host,
    edgeKeepsClientAddress: provider.capabilities.edgeKeepsClientAddress,
    versions,
  };
}

function launchEdge(
  run: Pick<Run, 'provider' | 'record' | 'progress' | 'clock' | 'plan'>,
  workload: Workload,
): Promise<RoleHandle> {
  const { provider, plan } = run;
  const { edgeListen, checkFrom, excludeNodes } = provider.addresses();
  const config = {
    role: 'edge' as const,
    preset: plan.edge,
    timeScale: plan.timeScale,
    seed: seedOf(plan.seed, 'edge'),
    lanes: portBlocks(plan.load).map(({ load, lane, first, count }) => ({
      name: `${load} ${lane ?? 'streams'}`,
      first,
      count,
    })),
    listen: { ...edgeListen },
    kubeconfig: provider.roleKubeConfig(),
    service: { ...workload.service },
    excludeNodes: [...excludeNodes],
    bindClientAddress: provider.capabilities.edgeKeepsClientAddress,
    checkFrom,
  };
  return launchInstrument(run, config, 'edge');
}

async function runTrials({ run, edge }: Opened): Promise<{ outcome: RunOutcome; reason: Reason | null }> {
  let edgeEnded = false;
  void edge.exited.then(() => {
    edgeEnded = true;
  });
  for (const planned of run.plan.trials) {
    const { gone } = run.state;
    if (gone !== null) return { outcome: 'aborted', reason: gone };
    edge.send({ type: 'trial', seed: planned.seed });
    const outcome = await runTrial(run, planned, targetOf(run, planned.repeat), () =>
      sync(edge, `${planned.index}`, 5000),
    );
    if (outcome === 'interrupted' || run.signal.aborted) return endOf(run.signal, null);
    if (outcome === 'aborted') {
      const text = 'the cluster could not be restored after a trial';
      return { outcome, reason: { code: 'not-restored', text } };
    }
    if (edgeEnded && planned !== run.plan.trials.at(-1)) {
      const text = 'the edge ended unexpectedly; the trials after it were not run';
      return { outcome: 'aborted', reason: { code: 'edge-ended', text } };
    }
  }
  const { gone } = run.state;
  if (gone !== null) return { outcome: 'aborted', reason: gone };
  return { outcome: 'completed', reason: null };
}

/** The node that this repeat's fault hits: the same under every policy. */
function targetOf(run: Run, repeat: number): NodeName | null {
  const { plan, topology, placement } = run;
  if (plan.fault === null) return null;
  const candidates = targetCandidates(plan.fault, topology, {
    ingress: new Set(placement.ingress.keys()),
    app: new Set(placement.app.keys()),
  });
  return chooseTarget(plan.seed, repeat, candidates);
}
