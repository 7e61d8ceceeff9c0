import type { Clock } from '../../base/clock.ts';
import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import type { K6Config } from '../config.ts';
import { k6Command } from './command.ts';
import { type K6Gate, openGate } from './gate.ts';
import { namedPipe } from './pipe.ts';
import { type K6Process, startK6 } from './process.ts';

/** Wall time in milliseconds to our clock. */
export type ToMonotonic = (wallMs: number) => Nanoseconds;
/** Gets each line of k6's samples, with the clock that stamped it, and the runner that wrote it (0: k6 runs here). */
export type OnLine = (line: string, at: ToMonotonic, runner: number) => void;

/** The place that k6 runs in: this machine, or pods. */
export interface K6Site {
  readonly gate: K6Gate;
  /** Starts it. Its end is reported once all that it wrote was read. */
  start(onLine: OnLine): Promise<K6Process>;
}

/** k6 as a process of this machine. */
export async function localSite(config: K6Config, clock: Clock): Promise<K6Site> {
  const gate = await openGate({ host: '127.0.0.1', port: 0, clock });
  /** Wall time to the monotonic clock, both of this machine. */
  const offset = clock.now() - Date.now() * nsPerMs;
  const at: ToMonotonic = (wallMs) => wallMs * nsPerMs + offset;
  return {
    gate,
    async start(onLine) {
      const pipe = await namedPipe((line) => onLine(line, at, 0));
      const command = k6Command(config, { samples: pipe.path, gateUrl: gate.url }, process.env);
      const running = startK6(config.binary, command);
      const gone = running.gone.then(async (end) => {
        await pipe.drain();
        return end;
      });
      return {
        get interrupted() {
          return running.interrupted;
        },
        end: (graceMs) => running.end(graceMs),
        gone,
      };
    },
  };
}
