import type { Clock } from '../base/clock.ts';
import { type Nanoseconds, nsPerMs } from '../base/units.ts';
import { latenessWindow } from '../history/lateness.ts';
import type { Lookup } from './http/addresses.ts';
import type { DialOptions } from './http/connection.ts';
import type { LoadContext } from './protocol.ts';
import { type Tally, tally } from './tally.ts';

/** What a load process reports beside its requests: progress, its own lateness, and that it is done. */
interface Reporter {
  readonly counts: Tally;
  /** Something was due, and started this much later. */
  late(latenessNs: Nanoseconds): void;
  /** Called often: sends what is due to be reported. */
  tick(now: Nanoseconds): void;
  /** Nothing is in flight and nothing will be: reports that once, after everything before. */
  idle(): void;
}

const progressMs = 50;
/** Length of a window of lateness: in time, or in requests, whichever is reached first. */
const latenessMs = 1000;

export function reporter(
  load: string,
  { emit }: Pick<LoadContext, 'emit'>,
  clock: Clock,
  latenessCount = Number.POSITIVE_INFINITY,
): Reporter {
  const counts = tally();
  const lateness = latenessWindow(load, clock.now());
  const said = { progress: '', progressAt: 0, latenessAt: clock.now(), idle: false };
  let lateCount = 0;

  const sayProgress = (now: Nanoseconds) => {
    const progress = counts.progress();
    const text = JSON.stringify(progress);
    if (text === said.progress) return;
    said.progress = text;
    said.progressAt = now;
    emit({ type: 'progress', t: now, load, ...progress });
  };
  const sayLateness = (now: Nanoseconds) => {
    said.latenessAt = now;
    lateCount = 0;
    const window = lateness.take(now);
    if (window !== null) emit(window);
  };
  return {
    counts,
    late(latenessNs) {
      lateness.add(latenessNs);
      lateCount += 1;
      if (lateCount >= latenessCount) sayLateness(clock.now());
    },
    tick(now) {
      if (now - said.progressAt >= progressMs * nsPerMs) sayProgress(now);
      if (now - said.latenessAt >= latenessMs * nsPerMs) sayLateness(now);
    },
    idle() {
      if (said.idle) return;
      said.idle = true;
      const now = clock.now();
      const broken = counts.broken();
      if (broken !== null) emit({ type: 'fatal', message: `${load}: ${broken}` });
      sayProgress(now);
      sayLateness(now);
      emit({ type: 'idle', t: now, load });
    },
  };
}

/** How a load finds its host's addresses; each that it reaches is reported once: {type:'address', t, load, address}. */
export function dialOptions(
  load: string,
  { emit }: Pick<LoadContext, 'emit'>,
  clock: Clock,
  lookup: Lookup | undefined,
): DialOptions {
  const known = new Set<string>();
  const onAddress = (address: string) => {
    if (known.has(address)) return;
    known.add(address);
    emit({ type: 'address', t: clock.now(), load, address });
  };
  return lookup === undefined ? { onAddress } : { onAddress, lookup };
}
