import type { NodeName } from '../../base/units.ts';
import type { Fault } from '../../faults/index.ts';
import { faultContext } from '../cluster.ts';
import { edgeHolds } from '../expected.ts';
import { realMs } from '../run.ts';
import { probesStable } from './settle.ts';
import { disturbed, slack, type Trial } from './trial.ts';

/** Injects the fault, and waits until edge and Kubernetes have noticed and new connections succeed again. */
export async function strike(trial: Trial, fault: Fault, node: NodeName): Promise<void> {
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
    return edgeHolds(run, strategy.final, silenced);
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
  if (
    !(await probesStable(trial, at, limit, seen, waitsForNode ? `, ejection and NotReady of ${node}` : ''))
  ) {
    trial.note(`not everything had settled after ${fault.kind} of ${node} when its time was up`);
  }
}
