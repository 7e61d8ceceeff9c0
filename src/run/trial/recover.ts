import { MidflightError } from '../../base/errors.ts';
import { abortsAfter } from '../../base/signals.ts';
import type { Milliseconds, NodeName } from '../../base/units.ts';
import { type FaultTraits, faultTraits } from '../../catalogue/faults.ts';
import { followMs, turnsMs } from '../../plan/flip-time.ts';
import { failuresOf, leftOf } from '../changes.ts';
import { edgeFollows, edgeHolds } from '../expected.ts';
import { type Run, realMs } from '../run.ts';
import type { TrialOutcome } from './body.ts';
import { disturbed, namesOf, nodesWords, noise, slack, type Trial } from './trial.ts';

/**
 * Undoes what the trial changed, by the journal: brings the node back and the pods to their places, then the Service and
 * its nodes as they were. What a trial that is ended by the user has in a cluster that goes is left to go with it.
 */
export async function recover(trial: Trial, outcome: TrialOutcome): Promise<void> {
  const { run, strategy, faultMark, flipMark } = trial;
  const ending = outcome === 'interrupted' || run.signal.aborted;
  if (ending && run.provider.cluster.disposable) return;
  // A switchover of one patch is left to the next trial, which sets its own policy.
  const changed = (strategy.switchOver?.steps.length ?? 0) > 1 || strategy.arrangement !== null;
  const inSteps = flipMark !== null && changed;
  if (faultMark === null && !inSteps) return;
  trial.phase('recover');
  const undoing = { ending, signal: ending ? abortsAfter(180_000) : run.signal };
  // A fault within a switchover is undone with all steps after it: the edge then follows neither policy for certain.
  const within = inSteps && run.plan.fault?.trigger.duringStep !== undefined;
  if (faultMark !== null) await mend(trial, faultMark, { ...undoing, isFinal: !within });
  if (inSteps) await stepBack(trial, flipMark, undoing);
}

interface Undoing {
  /** The run is ending: nobody waits until the edge has followed. */
  readonly ending: boolean;
  readonly signal: AbortSignal;
}

/** Brings the node back, and, if the final policy is still in place, waits until the edge holds it green again. */
async function mend(
  trial: Trial,
  mark: number,
  { isFinal, ...undoing }: Undoing & { readonly isFinal: boolean },
): Promise<void> {
  const { run, fault, targets, strategy } = trial;
  if (fault === null) return;
  const names = nodesWords(trial);
  const moment = { kind: 'fault', name: fault.kind, ...namesOf(targets) } as const;
  disturbed(trial, { ...moment, at: 'recover', detail: `bringing ${names} back` });
  await unwindTo(trial, mark, undoing, (detail) => disturbed(trial, { ...moment, at: 'failed', detail }));
  await awaitReady(trial, undoing);
  disturbed(trial, {
    ...moment,
    at: 'recovered',
    detail: `${names} ${targets.length === 1 ? 'is' : 'are'} back`,
  });
  if (!isFinal) return;
  const { edge } = run.plan;
  await awaitEdge(trial, undoing, {
    limitMs: turnsMs(edge, strategy.final) + edge.verdictDelayMs,
    done: () => edgeHolds(run, strategy.final, []),
    what: `the edge to readmit ${names}`,
    late: `the edge had not readmitted ${names} when its time was up`,
  });
}

/** Our own effects bring a node back Ready. A command of the user's says only that it has ended. */
async function awaitReady(trial: Trial, { ending, signal }: Undoing): Promise<void> {
  const { run, fault, targets } = trial;
  if (ending || fault === null) return;
  const { byCommands }: FaultTraits = faultTraits[fault.kind];
  if (byCommands !== true) return;
  const isReady = (node: NodeName) => run.state.nodeReady.get(node)?.ready === 'True';
  const names = nodesWords(trial);
  const limit = realMs(run.plan, run.plan.fault?.parameters?.timeout ?? 0) + noise;
  const back = () => targets.every(isReady);
  if (await run.state.until(back, limit, signal, `${names} to be Ready again`)) return;
  const [is, when] = targets.length === 1 ? ['was', 'its'] : ['were', 'their'];
  trial.note('not-readmitted', `${names} ${is} not Ready again when ${when} time was up`);
}

/** Undoes a switchover's steps, and waits until the edge follows the policy that the trial began with. */
async function stepBack(trial: Trial, mark: number, undoing: Undoing): Promise<void> {
  const { run, strategy, targetsBefore } = trial;
  await unwindTo(trial, mark, undoing);
  if (lastOfItsCluster(trial)) return;
  // A node without a pod is red whether it was let in again or not, and some balancers take it for healthy at first: that
  // must not be left to the next trial's load.
  const { targets } = run.state.balancer;
  const letIn = () =>
    run.provider.front.kind !== 'edge' ||
    targetsBefore === null ||
    (targets.size === targetsBefore.size && [...targetsBefore].every((node) => targets.has(node)));
  const { edge } = run.plan;
  await awaitEdge(trial, undoing, {
    limitMs: followMs(edge) + edge.removalDelayMs + turnsMs(edge, strategy.initial) + edge.verdictDelayMs,
    done: () => letIn() && edgeFollows(run, strategy.initial, Number.NEGATIVE_INFINITY),
    what: `the edge to follow ${strategy.initial} again`,
    late: `the edge did not follow ${strategy.initial} again when its time was up`,
  });
}

/** Nothing is measured on this cluster any more: nobody has to wait until its edge has followed. */
export function lastOfItsCluster({
  run,
  planned,
  faultMark,
}: Pick<Trial, 'planned' | 'faultMark'> & {
  readonly run: Pick<Run, 'isLast'> & {
    readonly provider: { readonly cluster: { readonly disposable: boolean } };
  };
}): boolean {
  return run.isLast(planned) && run.provider.cluster.disposable && faultMark === null;
}

/** Undoes what was changed since the mark. Throws `cluster-failed` with all that could not be. */
async function unwindTo(
  trial: Trial,
  mark: number,
  { ending, signal }: Undoing,
  failed: (detail: string) => void = () => {},
): Promise<void> {
  const { run } = trial;
  const unwound = await run.changes.unwind(mark, signal);
  if (run.signal.aborted && !ending) throw run.signal.reason;
  const failures = failuresOf(unwound);
  if (failures.length > 0) {
    failed(failures.join('; '));
    throw new MidflightError('cluster-failed', failures.join('; '), { hint: 'midflight clean tries again' });
  }
  for (const text of leftOf(unwound)) trial.note('changed-by-others', `left as it is: ${text}`);
}

interface AwaitedAtEdge {
  /** Cluster time. */
  readonly limitMs: Milliseconds;
  done(): boolean;
  readonly what: string;
  /** What to note if it did not come in time. */
  readonly late: string;
}

async function awaitEdge(
  trial: Trial,
  { ending, signal }: Undoing,
  { limitMs, done, what, late }: AwaitedAtEdge,
): Promise<void> {
  if (ending) return;
  const { state, plan } = trial.run;
  if (await state.until(done, realMs(plan, limitMs + slack) + noise, signal, what)) return;
  trial.note('not-readmitted', late);
}
