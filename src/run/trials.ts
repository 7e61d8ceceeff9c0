import type { NodeName } from '../base/units.ts';
import { faultTraits, takesWorkload } from '../catalogue/faults.ts';
import { chooseTargets, targetCandidates } from '../plan/target.ts';
import type { Opened } from './open.ts';
import { endOf, type Run, type RunEnd } from './run.ts';
import { runTrial } from './trial/index.ts';

/** Every trial of the plan, one after the other, until one of them leaves nothing to go on with. */
export async function runTrials({ run, front }: Opened): Promise<RunEnd> {
  for (const planned of run.plan.trials) {
    const { gone } = run.state;
    if (gone !== null) return { outcome: 'aborted', reason: gone };
    front.beginTrial(planned.seed);
    const outcome = await runTrial(run, planned, targetsOf(run, planned.repeat), () =>
      front.sync(`${planned.index}`, 5000),
    );
    if (outcome === 'interrupted' || run.signal.aborted) return endOf(run.signal, null);
    if (outcome === 'aborted') {
      const text = 'the cluster could not be restored after a trial';
      return { outcome, reason: { code: 'not-restored', text } };
    }
    if (front.ended && planned !== run.plan.trials.at(-1)) {
      const text = 'the edge ended unexpectedly; the trials after it were not run';
      return { outcome: 'aborted', reason: { code: 'edge-ended', text } };
    }
  }
  const { gone } = run.state;
  if (gone !== null) return { outcome: 'aborted', reason: gone };
  return { outcome: 'completed', reason: null };
}

/** The nodes that this repeat's fault hits, in their order: the same under every policy. */
function targetsOf(run: Run, repeat: number): NodeName[] {
  const { plan, topology, placement } = run;
  if (plan.fault === null || takesWorkload(faultTraits[plan.fault.kind])) return [];
  const candidates = targetCandidates(plan.fault, topology, {
    ingress: new Set(placement.ingress.keys()),
    app: new Set(placement.app.keys()),
  });
  return chooseTargets(plan.seed, repeat, candidates, plan.fault.target.count);
}
