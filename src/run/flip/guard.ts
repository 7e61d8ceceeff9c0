import { MidflightError } from '../../base/errors.ts';
import { abortController } from '../../base/signals.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { HistoryEvent } from '../../history/schema.ts';
import { heldUpLimit } from '../../plan/instruments.ts';
import { lossReader } from '../loss-reader.ts';
import { probeWatch } from '../probe-watch.ts';

interface FlipBudget {
  /** Most streams that may be lost, and most probes of a lane that may fail, before the flip is rolled back. */
  readonly maxLost: number;
  readonly maxFailed: number;
  /** Probes a second in each lane, as the instruments were configured. */
  readonly rate: number;
  readonly stabilityNs: Nanoseconds;
  readonly probeTimeoutNs: Nanoseconds;
}

/** What clients meet while a policy is changed, event by event, and the moment at which it is too much. */
interface FlipGuard {
  observe(event: HistoryEvent): void;
  /** From now on losses count. */
  begin(): void;
  /** Aborted with the reason once the flip must be rolled back. */
  readonly stop: AbortSignal;
  /** All probes due since then have succeeded, for as long as `stability`. */
  wellSince(since: Nanoseconds, now: Nanoseconds): boolean;
  /** Since begin(). */
  readonly lost: number;
  /** The number since begin(), in the lane in which most failed. */
  readonly failed: number;
}

export function flipGuard(budget: FlipBudget): FlipGuard {
  const controller = abortController();
  const probes = probeWatch();
  const lossOf = lossReader();
  const failed = new Map<string, number>();
  let lost = 0;
  let counting = false;
  const abort = (code: 'cluster-failed' | 'instrument-failed', what: string) => {
    if (counting && !controller.signal.aborted) controller.abort(new MidflightError(code, what));
  };
  const most = () => Math.max(0, ...failed.values());
  const count = (lane: string | null) => {
    if (lane === null) {
      lost += 1;
      if (lost > budget.maxLost)
        abort('cluster-failed', `${lost} streams were lost, and ${budget.maxLost} may be (--max-lost)`);
      return;
    }
    failed.set(lane, (failed.get(lane) ?? 0) + 1);
    if (most() > budget.maxFailed)
      abort(
        'cluster-failed',
        `${most()} probes on ${lane} connections failed, and ${budget.maxFailed} may (--max-failed)`,
      );
  };
  return {
    observe(event) {
      if (event.type === 'start' || event.type === 'end') probes.observe(event);
      const loss = lossOf(event);
      if (loss !== null && counting) count(loss.lane);
      if (event.type === 'instrument-failed')
        abort('instrument-failed', `${event.instrument}: ${event.reason}`);
      else if (event.type === 'lateness' && event.maxMs > heldUpLimit(budget.rate))
        abort(
          'instrument-failed',
          `${event.instrument} was ${Math.round(event.maxMs)} ms late: what clients met meanwhile is not known`,
        );
    },
    begin() {
      counting = true;
    },
    stop: controller.signal,
    wellSince: (since, now) =>
      budget.rate === 0 || probes.stableSince(since, now, budget.stabilityNs, budget.probeTimeoutNs),
    get lost() {
      return lost;
    },
    get failed() {
      return most();
    },
  };
}
