import * as z from 'zod';
import { conclusive, reportedTrial, unmeasured } from './flip-trials.ts';

/** What a node's death in the middle of one step cost, and whether all was undone after it. */
export interface NodeLoss {
  readonly policy: string;
  /** 1 is the first. */
  readonly step: number;
  /** Why nothing was measured; null: it was. */
  readonly reason: string | null;
  readonly failed: number;
  readonly sent: number;
  readonly streamsLost: number;
  /** Of those in flight, the ones on their way through the node when it died. */
  readonly streamsThrough: number;
  readonly streams: number;
  /** In the end the balancer follows the policy, and holds the nodes, that it did in the beginning, and nothing was left. */
  readonly restored: boolean;
}

const report = z.object({
  trials: z.array(
    reportedTrial.extend({
      atInjection: z.object({ throughTarget: z.int() }).nullable(),
    }),
  ),
});

/**
 * Why a trial says nothing, if that is a finding: the switchover stopped, by its evidence or because a change could not be made
 * (the pod on a dead node does not end), or clients never recovered.
 */
const findings: readonly string[] = ['refused', 'step-without-evidence', 'cluster-failed', 'never-recovered'];

/** Of one run in which the node died in this step of each policy. A trial that is unknown for another reason has none. */
export function nodeLosses(json: unknown, history: readonly string[], step: number): NodeLoss[] {
  const restored = restoredOf(history);
  return conclusive(report.parse(json).trials, findings).map((trial) => ({
    policy: trial.policy,
    step,
    reason: unmeasured(trial),
    failed: trial.probes.new?.failed ?? 0,
    sent: trial.probes.new?.sent ?? 0,
    streamsLost: trial.requests.lost,
    streamsThrough: trial.atInjection?.throughTarget ?? 0,
    streams: trial.requests.started,
    restored: restored.get(trial.index) ?? false,
  }));
}

const line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('topology') }),
  z.object({ type: z.literal('trial-start'), trial: z.int() }),
  z.object({ type: z.literal('reconcile'), policy: z.string(), nodes: z.array(z.string()) }),
  z.object({ type: z.literal('phase'), phase: z.string() }),
  z.object({ type: z.literal('note'), code: z.string() }),
  z.object({ type: z.literal('disturbance'), at: z.string() }),
]);

/** Notes of an undo that did not restore everything. */
const leftovers: readonly string[] = ['not-readmitted', 'changed-by-others'];

/**
 * By trial, whether the balancer followed at its end what it did when its load began, and nothing of the undo failed or was
 * left. What the balancer holds outlives a trial, and begins anew with a cluster (`topology`).
 */
function restoredOf(history: readonly string[]): Map<number, boolean> {
  const found = new Map<number, { before: string | null; after: string | null; left: boolean }>();
  let trial: number | null = null;
  let held: string | null = null;
  for (const text of history) {
    const { data } = text === '' ? { data: undefined } : line.safeParse(JSON.parse(text));
    if (data === undefined) continue;
    if (data.type === 'topology') [trial, held] = [null, null];
    if (data.type === 'trial-start') {
      trial = data.trial;
      found.set(trial, { before: null, after: held, left: false });
    }
    if (data.type === 'reconcile') held = `${data.policy} ${data.nodes.toSorted().join()}`;
    const own = trial === null ? undefined : found.get(trial);
    if (own === undefined) continue;
    own.after = held;
    if (data.type === 'phase' && data.phase === 'ramp') own.before = held;
    if (data.type === 'note' && leftovers.includes(data.code)) own.left = true;
    if (data.type === 'disturbance' && data.at === 'failed') own.left = true;
  }
  return new Map(
    [...found].map(([index, { before, after, left }]) => [
      index,
      before !== null && before === after && !left,
    ]),
  );
}

/** The losses with what was measured now in place of what was measured before. */
export const withLosses = (before: readonly NodeLoss[], found: readonly NodeLoss[]): NodeLoss[] => [
  ...before.filter(({ policy, step }) => !found.some((one) => one.policy === policy && one.step === step)),
  ...found,
];

interface StepOfWay {
  readonly policy: string;
  readonly step: number;
  readonly name: string;
}

/** One row for each step of each way, those that were not measured too. */
export function nodeLossTable(steps: readonly StepOfWay[], losses: readonly NodeLoss[]): string {
  const head = [
    '| policy | the node dies in | new connections failed | streams lost | were on it | state restored |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  const rows = steps.map(({ policy, step, name }) => {
    const loss = losses.find((one) => one.policy === policy && one.step === step);
    return `| \`${policy}\` | ${step}, ${name} | ${cellsOf(loss).join(' | ')} |`;
  });
  return [...head, ...rows].join('\n');
}

function cellsOf(loss: NodeLoss | undefined): string[] {
  if (loss === undefined) return ['not measured yet', '-', '-', '-'];
  const { reason, failed, sent, streamsLost, streams, streamsThrough, restored } = loss;
  const undone = restored ? 'yes' : 'no';
  if (reason !== null) return [reason, '-', '-', undone];
  return [`${failed} of ${sent}`, `${streamsLost} of ${streams}`, `${streamsThrough}`, undone];
}
