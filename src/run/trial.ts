import { MidflightError, messageOf } from '../base/errors.ts';
import { type NodeName, nsPerMs } from '../base/units.ts';
import { type Fault, type FaultContext, faults } from '../faults/index.ts';
import type { Phase } from '../history/schema.ts';
import type { PlannedTrial } from '../plan/schema.ts';
import { type Strategy, strategies, type TrafficPolicy } from '../policies/index.ts';
import { faultContext, restorePlacement, setPolicy } from './cluster.ts';
import { expectedGreen, greenAtEdge, sameSet } from './expected.ts';
import { type Loads, launchLoads, longestStreamMs } from './loads.ts';
import { isInterrupted, type Run, realMs, TrialSpoiled } from './run.ts';

/** Room for a noisy machine on top of every limit, real milliseconds. */
const noise = 10_000;
/** Room for what has no timer of its own, cluster time. */
const slack = 60_000;

export type TrialOutcome = 'completed' | 'aborted' | 'interrupted' | 'failed';

/** One trial under way. */
interface Trial {
  readonly run: Run;
  readonly planned: PlannedTrial;
  readonly strategy: Strategy;
  readonly fault: Fault | null;
  readonly target: NodeName | null;
  /** Aborted by the user, or as soon as the trial cannot be trusted any more. */
  readonly signal: AbortSignal;
  phase(phase: Phase): void;
  note(text: string): void;
  /** The node may have to be brought back. */
  broken: boolean;
}

/**
 * One policy, one fault, one repeat. Never throws but for an interruption: what goes wrong makes the trial `unknown`
 * with its reason in the history. Leaves the cluster as it found it.
 */
export async function runTrial(
  run: Run,
  planned: PlannedTrial,
  target: NodeName | null,
  syncEdge: () => Promise<boolean>,
): Promise<TrialOutcome> {
  if (planned.policy === null) throw new MidflightError('internal', 'a trial without a policy cannot be run');
  const { record, state, clock } = run;
  state.beginTrial();
  const spoiled = new AbortController();
  const watch = setInterval(() => {
    const [reason] = state.failures;
    if (reason !== undefined) spoiled.abort(new TrialSpoiled(reason));
  }, 50);
  const trial: Trial = {
    run,
    planned,
    strategy: strategies[planned.policy],
    fault: run.plan.fault === null ? null : faults[run.plan.fault.kind],
    target,
    signal: AbortSignal.any([run.signal, spoiled.signal]),
    phase: (phase) => record({ type: 'phase', t: clock.now(), trial: planned.index, phase }),
    note: (text) => record({ type: 'note', t: clock.now(), level: 'warning', text }),
    broken: false,
  };
  record(startOf(trial));
  const invalid: string[] = [];
  let outcome: TrialOutcome = 'completed';
  try {
    await conduct(trial);
  } catch (error) {
    if (isInterrupted(error)) outcome = 'interrupted';
    else {
      outcome = 'failed';
      invalid.push(messageOf(error));
    }
  }
  clearInterval(watch);
  try {
    await recover(trial, outcome);
  } catch (error) {
    if (isInterrupted(error)) outcome = 'interrupted';
    else {
      invalid.push(`the cluster was not restored: ${messageOf(error)}`);
      outcome = 'aborted';
    }
  }
  if (!run.signal.aborted && !(await syncEdge())) state.fail("the edge's log may lack its last lines");
  invalid.push(...state.failures.filter((reason) => !invalid.includes(reason)));
  record({ type: 'trial-end', t: clock.now(), trial: planned.index, outcome, invalid });
  return outcome;
}

function startOf({ run, planned, fault, target }: Trial) {
  const { policy, repeat, seed, index } = planned;
  const pod = run.plan.fault?.kind === 'pod-kill' ? run.plan.fault.pod : null;
  return {
    type: 'trial-start' as const,
    t: run.clock.now(),
    trial: index,
    policy,
    repeat,
    seed,
    fault: fault === null || target === null ? null : { kind: fault.kind, node: target, pod },
  };
}

async function conduct(trial: Trial): Promise<void> {
  const { run, planned, strategy } = trial;
  trial.phase('prepare');
  const [loads] = await Promise.all([launchLoads(run, planned), settleOn(trial, strategy.initial)]);
  try {
    const disturbed = strategy.switchOver !== null || trial.fault !== null;
    await ramp(trial, loads);
    if (disturbed) await steady(trial);
    if (strategy.switchOver !== null) await flip(trial, strategy.switchOver);
    if (trial.fault !== null && trial.target !== null) await strike(trial, trial.fault, trial.target);
    await finish(trial, loads);
  } finally {
    // What is still in flight was cut by us: cancelled, and no loss.
    if (!run.signal.aborted) await cancelRest(trial, loads);
    await loads.stop();
  }
}

/** Sets the policy and waits until the edge holds green exactly the nodes that it should. */
async function settleOn(trial: Trial, policy: TrafficPolicy): Promise<void> {
  const { run } = trial;
  const { edge } = run.plan;
  await setPolicy(run, policy);
  const check = edge.checks[policy];
  const limit =
    edge.reconcileDelayMs + (check.healthyThreshold + check.unhealthyThreshold + 1) * check.intervalMs;
  const settled = () =>
    run.state.edgePolicy === policy && sameSet(greenAtEdge(run), expectedGreen(run, policy, null));
  if (await run.state.until(settled, realMs(run.plan, limit + slack) + noise, trial.signal)) return;
  const [green, wanted] = [greenAtEdge(run), expectedGreen(run, policy, null)];
  throw new TrialSpoiled(
    `the edge did not settle on ${policy}: green are [${[...green]}], should be [${[...wanted]}]`,
  );
}

async function ramp(trial: Trial, loads: Loads): Promise<void> {
  const { run, planned } = trial;
  trial.phase('ramp');
  loads.begin();
  const streams = run.plan.load.filter((load) => load.kind === 'streams');
  const rampMs = Math.max(0, ...streams.map((load) => load.rampMs + 10 * load.chunkIntervalMs));
  const limit = realMs(run.plan, rampMs + slack) + noise;
  const count = (key: 'started' | 'pastFirstChunk') =>
    streams.reduce((sum, { name }) => sum + (run.state.loads.get(name)?.[key] ?? 0), 0);
  const all = streams.reduce((sum, load) => sum + load.concurrency, 0);
  const disturbed = trial.strategy.switchOver !== null || trial.fault !== null;
  const wanted = run.plan.fault?.trigger.streamsInFlight ?? all;
  if (!disturbed) {
    await run.state.until(() => count('started') >= all, limit, trial.signal);
  } else if (!(await run.state.until(() => count('pastFirstChunk') >= wanted, limit, trial.signal))) {
    throw new TrialSpoiled(
      `no steady state: ${count('pastFirstChunk')} of ${wanted} streams were in flight past their first chunk (trial ${planned.index})`,
    );
  }
}

/** Steady state must hold before anything is broken, else what is measured afterwards means nothing. */
async function steady(trial: Trial): Promise<void> {
  const { run } = trial;
  trial.phase('steady');
  const since = run.clock.now();
  if (await probesStable(trial, since, run.plan.stabilityMs * 3)) return;
  throw new TrialSpoiled('no steady state: probes failed before anything was broken');
}

/** Waits for an all-good stability window of the probes after `since`. */
function probesStable(trial: Trial, since: number, limitMs: number, also = () => true): Promise<boolean> {
  const { plan, state, clock } = trial.run;
  const ns = (ms: number) => realMs(plan, ms) * nsPerMs;
  const timeoutMs = Math.max(0, ...plan.load.map((load) => (load.kind === 'probe' ? load.timeoutMs : 0)));
  // The analysis counts from the first probe that succeeds, which is due up to an interval after the last that failed.
  const intervalMs = Math.max(0, ...plan.load.map((load) => (load.kind === 'probe' ? 1000 / load.rate : 0)));
  const window = ns(plan.stabilityMs + 2 * intervalMs);
  const stable = () => also() && state.probes.stableSince(since, clock.now(), window, ns(timeoutMs));
  return state.until(stable, realMs(plan, limitMs) + noise, trial.signal);
}

async function flip(trial: Trial, switchOver: NonNullable<Strategy['switchOver']>): Promise<void> {
  const { run, strategy, planned } = trial;
  const { edge, stabilityMs } = run.plan;
  trial.phase('flip');
  const at = run.clock.now();
  const disturbance = (t: number, moment: 'begin' | 'done', detail: string) =>
    run.record({
      type: 'disturbance',
      t,
      trial: planned.index,
      kind: 'flip',
      at: moment,
      name: strategy.name,
      node: null,
      detail,
    });
  disturbance(at, 'begin', 'the Service is patched');
  await switchOver({ setPolicy: (policy) => setPolicy(run, policy) });
  disturbance(run.clock.now(), 'done', 'the API took the patch');
  trial.phase('settle');
  const check = edge.checks[strategy.final];
  const turns =
    (check.unhealthyThreshold + check.healthyThreshold + 1) * (check.intervalMs + check.timeoutMs);
  const followed = () =>
    run.state.edgePolicy === strategy.final &&
    run.state.edgeReconciledAt > at &&
    sameSet(greenAtEdge(run), expectedGreen(run, strategy.final, null));
  const limit = edge.reconcileDelayMs + turns + 2 * stabilityMs + slack;
  if (!(await probesStable(trial, at, limit, followed))) {
    trial.note(`the switchover ${strategy.name} had not settled when its time was up`);
  }
}

async function strike(trial: Trial, fault: Fault, node: NodeName): Promise<void> {
  const { run, planned, strategy } = trial;
  const { plan, state } = run;
  await run.clock.sleep(realMs(plan, plan.fault?.trigger.afterMs ?? 0), trial.signal);
  trial.phase('fault');
  trial.broken = true;
  let at = run.clock.now();
  const context = faultContext(run, trial.signal, (t, detail) => {
    at = t;
    run.record({
      type: 'disturbance',
      t,
      trial: planned.index,
      kind: 'fault',
      at: 'begin',
      name: fault.kind,
      node,
      detail,
    });
  });
  await fault.inject(context, node);
  disturbed(trial, fault, node, 'done', `${fault.kind} has taken hold`);
  trial.phase('observe');
  const silenced = fault.silencesNode ? node : null;
  const waitsForNode = fault.silencesNode && plan.observe === 'full';
  const seen = () => {
    const ready = state.nodeReady.get(node);
    if (waitsForNode && (ready?.ready === 'True' || (ready?.at ?? 0) < at)) return false;
    if (waitsForNode && [...state.endpointNodes.values()].some((nodes) => nodes.has(node))) return false;
    return sameSet(greenAtEdge(run), expectedGreen(run, strategy.final, silenced));
  };
  const check = plan.edge.checks[strategy.final];
  const { nodeMonitorGraceMs, nodeMonitorPeriodMs, leaseRenewMs } = plan.timers;
  const limit =
    nodeMonitorGraceMs +
    nodeMonitorPeriodMs +
    leaseRenewMs +
    check.unhealthyThreshold * (check.intervalMs + check.timeoutMs) +
    2 * plan.stabilityMs +
    slack;
  if (!(await probesStable(trial, at, limit, seen))) {
    trial.note(`not everything had settled after ${fault.kind} of ${node} when its time was up`);
  }
}

function disturbed(
  trial: Trial,
  fault: Fault,
  node: NodeName,
  at: 'done' | 'recover' | 'recovered' | 'failed',
  detail: string,
): void {
  const { run, planned } = trial;
  const event = { type: 'disturbance', kind: 'fault', trial: planned.index, name: fault.kind } as const;
  run.record({ ...event, t: run.clock.now(), at, node, detail });
}

/** Follows every stream to its end: a node may only come back after all it held is classified. */
async function finish(trial: Trial, loads: Loads): Promise<void> {
  const { run } = trial;
  trial.phase('finish');
  const limit = realMs(run.plan, longestStreamMs(run.plan) + slack) + noise;
  const renewing = run.plan.load.some((load) => load.kind === 'streams' && load.renew);
  // Without a disturbance the probes go on as long as the streams do: that is the whole measurement.
  if (trial.strategy.switchOver === null && trial.fault === null && !renewing) {
    await run.state.until(loads.streamsIdle, limit, trial.signal);
  }
  loads.quiesce();
  await run.state.until(loads.idle, limit, trial.signal);
}

async function cancelRest(trial: Trial, loads: Loads): Promise<void> {
  if (loads.idle()) return;
  loads.cancel();
  await trial.run.state.until(loads.idle, 5000, trial.run.signal);
}

async function recover(trial: Trial, outcome: TrialOutcome): Promise<void> {
  const { run, fault, target, strategy } = trial;
  if (fault === null || target === null || !trial.broken) return;
  if (outcome === 'interrupted' && run.provider.capabilities.disposable) return; // it goes as a whole
  trial.phase('recover');
  disturbed(trial, fault, target, 'recover', `bringing ${target} back`);
  const signal = outcome === 'interrupted' ? AbortSignal.timeout(180_000) : run.signal;
  const context: FaultContext = faultContext(run, signal, () => {});
  try {
    await fault.recover(context, target);
  } catch (error) {
    if (!isInterrupted(error)) disturbed(trial, fault, target, 'failed', messageOf(error));
    throw error;
  }
  disturbed(trial, fault, target, 'recovered', `${target} is back`);
  if (outcome === 'interrupted') return;
  await restorePlacement(run, signal);
  const check = run.plan.edge.checks[strategy.final];
  const limit = (check.healthyThreshold + 2) * (check.intervalMs + check.timeoutMs) + slack;
  const readmitted = () => sameSet(greenAtEdge(run), expectedGreen(run, strategy.final, null));
  if (!(await run.state.until(readmitted, realMs(run.plan, limit) + noise, signal))) {
    trial.note(`the edge had not readmitted ${target} when its time was up`);
  }
}
