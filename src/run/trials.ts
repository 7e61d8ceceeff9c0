import type { NodeName } from '../base/units.ts';
import { faultTraits, takesWorkload } from '../catalogue/faults.ts';
import { waitFor } from '../kube/wait.ts';
import type { PlannedTrial } from '../plan/schema.ts';
import { chooseTargets, targetCandidates } from '../plan/target.ts';
import { readPlacement } from './cluster.ts';
import type { Opened } from './open.ts';
import { endOf, type PodCounts, type Run, type RunEnd } from './run.ts';
import type { TrialOutcome } from './trial/body.ts';
import { runTrial } from './trial/index.ts';

/** Every trial of the plan, one after the other, until one of them leaves nothing to go on with. */
export async function runTrials(opened: Opened): Promise<RunEnd> {
  const { run, front } = opened;
  for (const planned of run.plan.trials) {
    const { end } = await runOne(opened, planned);
    if (end !== null) return end;
    if (front.ended && planned !== run.plan.trials.at(-1)) {
      const text = 'the edge ended unexpectedly; the trials after it were not run';
      return { outcome: 'aborted', reason: { code: 'edge-ended', text } };
    }
  }
  const { gone } = run.state;
  if (gone !== null) return { outcome: 'aborted', reason: gone };
  return { outcome: 'completed', reason: null };
}

interface RanTrial {
  /** Null: it was not begun. */
  readonly outcome: TrialOutcome | null;
  /** How the run ends with it; null: it goes on. */
  readonly end: RunEnd | null;
}

/** One trial on a cluster that is open. */
export async function runOne({ run: opened, front }: Opened, planned: PlannedTrial): Promise<RanTrial> {
  const { gone } = opened.state;
  if (gone !== null) return { outcome: null, end: { outcome: 'aborted', reason: gone } };
  const { ownCluster } = opened.plan;
  const run = ownCluster === undefined ? opened : { ...opened, placement: await placementAgain(opened) };
  front.beginTrial(planned.seed);
  const outcome = await runTrial(run, planned, targetsOf(run, planned.repeat), () =>
    front.sync(`${planned.index}`, 5000),
  );
  if (outcome === 'interrupted' || run.signal.aborted) return { outcome, end: endOf(run.signal, null) };
  if (outcome !== 'aborted') return { outcome, end: null };
  const text = 'the cluster could not be restored after a trial';
  return { outcome, end: { outcome, reason: { code: 'not-restored', text } } };
}

/** The limit for the pods that a fault has moved. Real milliseconds. */
const readyWithinMs = 300_000;

/** The nodes of an own cluster's pods now: nobody brings those back that a fault has moved, but all of them are waited for. */
async function placementAgain(run: Run): Promise<PodCounts> {
  const countOf = ({ ingress }: PodCounts) => [...ingress.values()].reduce((sum, one) => sum + one, 0);
  let now = run.placement;
  const allReady = async () => {
    now = await readPlacement(run);
    return countOf(now) >= countOf(run.placement);
  };
  await waitFor("the Service's pods to be ready again", readyWithinMs, run.signal, allReady, {
    clock: run.clock,
    pauseMs: 1000,
  });
  return now;
}

/** The nodes that this repeat's fault hits, in their order: the same under every policy, unless pods of an own cluster have moved. */
function targetsOf(run: Run, repeat: number): NodeName[] {
  const { plan, topology, placement } = run;
  if (plan.fault === null || takesWorkload(faultTraits[plan.fault.kind])) return [];
  const candidates = targetCandidates(plan.fault, topology, {
    ingress: new Set(placement.ingress.keys()),
    app: new Set(placement.app.keys()),
  });
  return chooseTargets(plan.seed, repeat, candidates, plan.fault.target.count);
}
