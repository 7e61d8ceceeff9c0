import type { Milliseconds, Nanoseconds, NodeName } from '../../base/units.ts';
import { faultTraits } from '../../catalogue/faults.ts';
import type { Fault, FaultEffect } from '../../faults/index.ts';
import { evictionMs } from '../../plan/eviction.ts';
import { turnsMs } from '../../plan/flip-time.ts';
import { faultContext, rememberPlacement } from '../cluster.ts';
import { edgeHolds } from '../expected.ts';
import { realMs } from '../run.ts';
import { probesStable } from './settle.ts';
import { disturbed, nodesWords, slack, type Trial } from './trial.ts';

/** Injects the fault, and waits until edge and Kubernetes have noticed and new connections succeed again. */
export async function injectAndObserve(trial: Trial, fault: Fault): Promise<void> {
  const { run } = trial;
  await run.clock.sleep(realMs(run.plan, run.plan.fault?.trigger.afterMs ?? 0), trial.signal);
  trial.phase('fault');
  trial.faultMark = run.changes.mark();
  await rememberPlacement(run);
  const { began, since } = await injectInto(trial, fault);
  trial.phase('observe');
  if (!(await observed(trial, fault, began, since))) {
    trial.note(
      'fault-not-settled',
      `not everything had settled after ${fault.kind} of ${nodesWords(trial)} when its time was up`,
    );
  }
}

/** When the fault began on each of its nodes. */
type Began = ReadonlyMap<NodeName, Nanoseconds>;

/** Every node of the target, in even steps from the first to the last. Resolves when it has taken hold on all of them. */
async function injectInto(trial: Trial, fault: Fault): Promise<{ began: Began; since: Nanoseconds }> {
  const { run, targets, signal } = trial;
  const step = (run.plan.fault?.target.withinMs ?? 0) / Math.max(1, targets.length - 1);
  const began = new Map<NodeName, Nanoseconds>();
  if ('injectAll' in fault) return { began, since: await inject(trial, fault, null) };
  // All of them are waited for, also if one has failed: whatever they change must be in the journal before it is undone.
  const ends = await Promise.allSettled(
    targets.map(async (node, at) => {
      if (at > 0) await run.clock.sleep(realMs(run.plan, at * step), signal);
      began.set(node, await inject(trial, fault, node));
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return { began, since: Math.max(...began.values()) };
}

/** Resolves when the fault has taken hold, with the instant at which it began. */
async function inject(trial: Trial, fault: Fault, node: NodeName | null): Promise<number> {
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
  disturbed(trial, { ...of('fault'), at: 'done', ...hold });
  if (hold.affected === 0)
    trial.note('no-effect', `${fault.kind} of ${nodesWords(trial)} took no hold: ${hold.detail}`);
  return began;
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
  const turned = turnsMs(plan.edge, strategy.final) + 2 * plan.edge.verdictDelayMs;
  const pods = { ingress: placement.ingress.keys(), app: placement.app.keys() };
  const evicted = evictionMs(plan, targets, pods);
  return notReady + evicted + turned + 2 * plan.stabilityMs + slack;
}
