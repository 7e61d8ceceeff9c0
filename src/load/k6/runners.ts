import type { Clock } from '../../base/clock.ts';
import { nsPerMs } from '../../base/units.ts';
import type { K6Config } from '../config.ts';
import type { LoadCommand, LoadContext } from '../protocol.ts';
import { openGate } from './gate.ts';
import type { K6Process } from './process.ts';
import { interruptedIn } from './progress.ts';
import type { K6Site, OnLine } from './site.ts';

/** An offset that differs by less from the one reported last is not reported again. */
const noteworthyMs = 1;

interface RunnersSite extends K6Site {
  /** What our parent has of the runners: lines of their logs, and their ends. */
  hear(command: Extract<LoadCommand, { type: 'samples' | 'runner-ended' }>): void;
}

/**
 * k6 in the pods of a TestRun. The gate is in this process, which runs in the same cluster; our parent follows the logs of
 * the pods and passes them on, and deletes the TestRun when we ask for it.
 */
export async function runnersSite(
  config: K6Config,
  { count, port }: NonNullable<K6Config['runners']>,
  context: Pick<LoadContext, 'emit' | 'flush'>,
  clock: Clock,
): Promise<RunnersSite> {
  const { load } = config;
  const gate = await openGate({
    host: '0.0.0.0',
    port,
    clock,
    arrived: (waiting) => {
      context.emit({ type: 'runners-waiting', t: clock.now(), load, waiting });
      context.flush();
    },
  });
  const wallShiftMs = clock.now() / nsPerMs - Date.now();
  const interrupted = new Map<number, number>();
  const noted = new Map<number, number>();
  const ended = new Map<number, { code: number | null; error: string }>();
  const early: Parameters<RunnersSite['hear']>[0][] = [];
  let onLine: OnLine | null = null;
  let ending = false;
  let allGone: (end: Awaited<K6Process['gone']>) => void = () => {};
  const gone = new Promise<Awaited<K6Process['gone']>>((resolve) => {
    allGone = resolve;
  });

  const shiftOf = (runner: number) => {
    const best = gate.clocks.best(runner);
    if (best === null) return wallShiftMs; // it has asked for nothing yet, and so has sent nothing
    const { shiftMs, errorMs } = best;
    if (Math.abs((noted.get(runner) ?? Number.POSITIVE_INFINITY) - shiftMs) > noteworthyMs) {
      noted.set(runner, shiftMs);
      context.emit({
        type: 'clock-offset',
        t: clock.now(),
        process: `${load}@runner-${runner}`,
        // The offset of its wall clock against ours: what is left of the shift once wall time is our clock's.
        offsetNs: Math.round((shiftMs - wallShiftMs) * nsPerMs),
        errorNs: Math.round(errorMs * nsPerMs),
      });
    }
    return shiftMs;
  };
  const endAll = () => {
    if (ending) return;
    ending = true;
    context.emit({ type: 'end-runners', t: clock.now(), load });
    context.flush();
  };
  const take = (command: Parameters<RunnersSite['hear']>[0]) => {
    const { runner } = command;
    if (command.type === 'samples') {
      const shift = shiftOf(runner);
      for (const line of command.lines) {
        const cut = interruptedIn(line);
        if (cut !== null) interrupted.set(runner, cut);
        else onLine?.(line, (wallMs) => (wallMs + shift) * nsPerMs, runner);
      }
      return;
    }
    ended.set(runner, command);
    if (command.code !== 0 && !ending) {
      // What it had in flight is lost to the measurement, and k6 shares its arrivals out once and for all.
      const how = command.code === null ? 'is gone' : `ended with exit code ${command.code}`;
      context.emit({ type: 'failed', reason: `k6's runner ${runner} ${how}: ${command.error}` });
      endAll();
    }
    if (ended.size < count) return;
    const ends = [...ended.values()];
    const bad = ends.find(({ code }) => code !== 0) ?? { code: 0, error: '' };
    allGone({ ...bad, signal: bad.code === null ? 'its pod is gone' : null });
  };

  return {
    gate,
    async start(given) {
      onLine = given;
      for (const command of early.splice(0)) take(command);
      gate.begin();
      return {
        get interrupted() {
          return [...interrupted.values()].reduce((sum, one) => sum + one, 0);
        },
        end(graceMs) {
          endAll();
          // There may be nobody left to report their ends to us.
          void clock.sleep(graceMs).then(() => allGone({ code: null, signal: 'no answer', error: '' }));
        },
        gone,
      };
    },
    hear(command) {
      if (onLine === null) early.push(command);
      else take(command);
    },
  };
}
