import type { Clock } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { abortsAfter } from '../../base/signals.ts';
import { type Milliseconds, nsPerMs } from '../../base/units.ts';
import type { ChangeLog, Unwound } from '../../changes/change-log.ts';
import type { BalancerSight, Step, SwitchoverContext } from '../../policies/index.ts';

/** A flip under way, whoever watches its clients. */
export interface FlipParts {
  readonly steps: readonly Step[];
  readonly context: SwitchoverContext;
  readonly changes: Pick<ChangeLog, 'mark' | 'unwind'>;
  readonly balancer: BalancerSight;
  readonly clock: Clock;
  /** The longest that the evidence of one step may take. */
  readonly stepLimitMs: Milliseconds;
  /** Clients are well since then; a flip that nobody watches goes by the other evidence alone. */
  wellSince(since: number, now: number): boolean;
  /** One line for people and the history. */
  say(text: string): void;
}

/** How often evidence is looked at, real ms. */
const lookMs = 100;

/**
 * Takes the steps, each only with the evidence of the one before. `marks` gets each one's beginning, for roll(). Rejects with the
 * signal's reason, or `cluster-failed` if a step's evidence does not come.
 */
export async function takeSteps(parts: FlipParts, marks: number[], signal: AbortSignal): Promise<void> {
  const { steps, context, changes, clock } = parts;
  for (const [index, step] of steps.entries()) {
    signal.throwIfAborted();
    marks.push(changes.mark());
    const since = clock.now();
    const evidence = await step.make(context);
    const title = `step ${index + 1} of ${steps.length}, ${step.name}`;
    if (evidence === null && index < steps.length - 1) {
      parts.say(`${title}: done`);
      continue;
    }
    const what = evidence?.what ?? `the balancer to follow ${context.final}`;
    parts.say(`${title}: made; waiting for ${what}`);
    const follows = () => parts.balancer.policy === context.final && parts.balancer.reconciledAt > since;
    const seen = evidence?.seen ?? follows;
    const whole = () => seen() && parts.wellSince(since, clock.now());
    if (!(await until(whole, parts.stepLimitMs, clock, signal)))
      throw new MidflightError(
        'cluster-failed',
        `timed out after ${Math.round(parts.stepLimitMs / 1000)} s waiting for ${what}, and for clients to be well (step '${step.name}')`,
      );
    parts.say(`${title}: done, with the evidence`);
  }
}

/**
 * Undoes the steps, the last first. Between two of them the balancer is given its time to follow, unless the signal is
 * aborted: then what is left is undone at once. Never throws.
 */
export async function rollBack(
  parts: Pick<FlipParts, 'changes' | 'balancer' | 'clock' | 'stepLimitMs' | 'say'>,
  marks: readonly number[],
  urgent: AbortSignal,
): Promise<Unwound[]> {
  const { changes, balancer, clock } = parts;
  const all: Unwound[] = [];
  for (const [index, mark] of [...marks].reverse().entries()) {
    const since = clock.now();
    const unwound = await changes.unwind(mark, abortsAfter(undoLimitMs));
    all.push(...unwound);
    for (const { what, result, detail } of unwound)
      parts.say(`rolling back: ${what}: ${result === 'failed' ? 'FAILED, ' : ''}${detail}`);
    const more = index < marks.length - 1;
    if (!more || urgent.aborted || unwound.every(({ result }) => result !== 'restored')) continue;
    await until(() => balancer.reconciledAt > since, parts.stepLimitMs, clock, urgent).catch(() => false);
  }
  return all;
}

/** Real milliseconds. */
const undoLimitMs = 300_000;

async function until(
  done: () => boolean,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const end = clock.now() + limitMs * nsPerMs;
  while (!done()) {
    if (clock.now() > end) return false;
    await clock.sleep(lookMs, signal);
  }
  return true;
}
