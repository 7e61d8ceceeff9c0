import type { Milliseconds, Nanoseconds, NodeName } from '../../base/units.ts';
import { faultTraits } from '../../catalogue/faults.ts';
import type { Fault, FaultEffect } from '../../faults/index.ts';
import { evictionMs } from '../../plan/eviction.ts';
import { turnsMs } from '../../plan/flip-time.ts';
import { faultContext, rememberPlacement } from '../cluster.ts';
import { edgeHolds } from '../expected.ts';
import { ownClusterRefusals } from '../live-fault/refusals.ts';
import { realMs, TrialSpoiled } from '../run.ts';
import { probesStable } from './settle.ts';
import { disturbed, nodesWords, noise, slack, type Trial } from './trial.ts';

/** A fault that has taken hold. */
export interface Injected {
  readonly began: Began;
  readonly since: Nanoseconds;
  /** Its outage lasts until it is undone. */
  readonly lasts: boolean;
}

/** Injects the fault once its time has come. */
export async function injectFault(trial: Trial, fault: Fault): Promise<Injected> {
  const { run } = trial;
  await run.clock.sleep(realMs(run.plan, run.plan.fault?.trigger.afterMs ?? 0), trial.signal);
  await refuseOnOwnCluster(trial);
  trial.phase('fault');
  trial.faultMark ??= run.changes.mark();
  // Pods of somebody else's are on the nodes that their own scheduler has chosen.
  if (run.plan.ownCluster === undefined) await rememberPlacement(run);
  return injectInto(trial, fault);
}

/** Throws TrialSpoiled with every reason why the nodes of an own cluster must not be touched, as it is right now. */
async function refuseOnOwnCluster({ run, targets }: Trial): Promise<void> {
  const { ownCluster, fault } = run.plan;
  if (ownCluster === undefined || fault === null) return;
  const reasons = await ownClusterRefusals(run.core, {
    ...{ fault, targets, pods: run.workload.ingress, ownCluster, env: process.env },
  });
  if (reasons.length > 0) throw new TrialSpoiled('refused', `refused: ${reasons.join('; ')}`);
}

/** Waits until edge and Kubernetes have noticed, and new connections succeed again. */
export async function observeFault(
  trial: Trial,
  fault: Fault,
  { began, since, lasts }: Injected,
): Promise<void> {
  trial.phase('observe');
  if (!(await (lasts ? outageSeen(trial, fault, began) : observed(trial, fault, began, since)))) {
    trial.note(
      'fault-not-settled',
      `not everything had settled after ${fault.kind} of ${nodesWords(trial)} when its time was up`,
    );
  }
}

/** When the fault began on each of its nodes. */
type Began = ReadonlyMap<NodeName, Nanoseconds>;

/** Every node of the target, in even steps from the first to the last. Resolves when it has taken hold on all of them. */
async function injectInto(trial: Trial, fault: Fault): Promise<Injected> {
  const { run, targets, signal } = trial;
  const step = (run.plan.fault?.target.withinMs ?? 0) / Math.max(1, targets.length - 1);
  const began = new Map<NodeName, Nanoseconds>();
  if ('injectAll' in fault) {
    const { at, lasts } = await inject(trial, fault, null);
    return { began, since: at, lasts };
  }
  let lasts = false;
  // All of them are waited for, also if one has failed: whatever they change must be in the journal before it is undone.
  const ends = await Promise.allSettled(
    targets.map(async (node, at) => {
      if (at > 0) await run.clock.sleep(realMs(run.plan, at * step), signal);
      const hold = await inject(trial, fault, node);
      began.set(node, hold.at);
      lasts ||= hold.lasts;
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return { began, since: Math.max(...began.values()), lasts };
}

/** Resolves when the fault has taken hold, with the instant at which it began, and whether its outage lasts until it is undone. */
async function inject(
  trial: Trial,
  fault: Fault,
  node: NodeName | null,
): Promise<{ at: Nanoseconds; lasts: boolean }> {
  const { run } = trial;
  let began = run.clock.now();
  const of = (kind: 'notice' | 'fault' | 'step') => ({ kind, name: fault.kind, node });
  const context = faultContext(run, trial.signal, {
    notice: (moment, t, detail) =>
      disturbed(trial, {
        ...of('notice'),
        at: moment,
        t,
        detail,
        ...(moment === 'done' ? { affected: null } : {}),
      }),
    began: (t, detail, pods) => {
      began = t;
      const named = pods === undefined ? {} : { pods: [...pods] };
      disturbed(trial, { ...of('fault'), at: 'begin', t, detail, ...named });
    },
    step: (t, pod) => {
      began = Math.max(began, t);
      const detail = `pod ${pod.name} ends`;
      disturbed(trial, { ...of('step'), node: pod.node, pods: [pod.name], at: 'begin', t, detail });
    },
  });
  const hold: FaultEffect =
    'injectAll' in fault ? await fault.injectAll(context) : await fault.inject(context, node ?? '');
  const { affected, detail, lasts = false } = hold;
  disturbed(trial, {
    ...of('fault'),
    at: 'done',
    affected,
    detail,
    ...(lasts ? { lasts: true as const } : {}),
  });
  if (affected === 0)
    trial.note('no-effect', `${fault.kind} of ${nodesWords(trial)} took no hold: ${detail}`);
  return { at: began, lasts };
}

/** Not all is well until it is undone: waits until the edge has seen that, and for as long as stability would take. */
async function outageSeen(trial: Trial, fault: Fault, began: Began): Promise<boolean> {
  const { run, strategy, signal } = trial;
  const { silencesNode } = faultTraits[fault.kind];
  const held = () => edgeHolds(run, strategy.final, silencesNode ? [...began.keys()] : []);
  const limit = realMs(run.plan, observationMs(trial)) + noise;
  const seen = await run.state.until(held, limit, signal, 'the edge to see that nothing answers');
  await run.clock.sleep(realMs(run.plan, run.plan.stabilityMs), signal);
  return seen;
}

/** Waits until all that the fault sets off has been seen; false if that takes longer than it may. */
function observed(trial: Trial, fault: Fault, began: Began, since: Nanoseconds): Promise<boolean> {
  const { run, strategy } = trial;
  const { plan, state } = run;
  const { silencesNode, losesLease } = faultTraits[fault.kind];
  const nodes = [...began.keys()];
  const silenced = silencesNode ? nodes : [];
  const waitsForNode = losesLease && plan.observe === 'full';
  const isGone = ([node, from]: [NodeName, Nanoseconds]) => {
    const ready = state.nodeReady.get(node);
    if (ready?.ready === 'True' || (ready?.at ?? 0) < from) return false;
    return ![...state.endpointNodes.values()].some((ready) => ready.has(node));
  };
  return probesStable(trial, {
    since,
    limitMs: observationMs(trial),
    holds: () => edgeHolds(run, strategy.final, silenced),
    ...(waitsForNode
      ? { also: () => [...began].every(isGone), words: `, ejection and NotReady of ${nodes.join(' and ')}` }
      : {}),
  });
}

/** The longest that edge and Kubernetes may take by their timers, cluster time. */
function observationMs({ run: { plan, placement }, strategy, targets }: Trial): Milliseconds {
  const { nodeMonitorGraceMs, nodeMonitorPeriodMs, leaseRenewMs } = plan.timers;
  const notReady = nodeMonitorGraceMs + nodeMonitorPeriodMs + leaseRenewMs;
  const turned =
    turnsMs(plan.edge, strategy.final) + 2 * plan.edge.verdictDelayMs + (plan.edge.zoneDelayMs ?? 0);
  const upstream = plan.ingress.h2c?.givesUpMs ?? 0;
  const pods = { ingress: placement.ingress.keys(), app: placement.app.keys() };
  const evicted = evictionMs(plan, targets, pods);
  return notReady + evicted + upstream + turned + 2 * plan.stabilityMs + slack;
}
