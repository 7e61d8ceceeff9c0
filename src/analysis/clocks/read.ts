import { nsPerMs } from '../../base/units.ts';
import { type ClockCode, clockCodeTraits } from '../../catalogue/clock-codes.ts';
import { type ClockName, clockNames } from '../../catalogue/clocks.ts';
import { delaysAll } from '../../catalogue/instruments.ts';
import { type LateSpan, lateWords } from '../doubt/late-spans.ts';
import type { ClockNote, ClockNotes, Clocks } from '../schema.ts';
import { type ClockSources, none, type Reading } from './sources.ts';
import { boundOf, type ClockRow, clockRow, doubtfulSpan } from './table.ts';

/** All clocks of one disturbance, seconds of cluster time from its beginning. */
export function readClocks(sources: ClockSources): { clocksSeconds: Clocks; clockNotes: ClockNotes } {
  const clocksSeconds = noClocks();
  const clockNotes: ClockNotes = {};
  for (const name of clockNames) {
    const reading = readClock(clockRow(name), sources);
    if ('seconds' in reading) clocksSeconds[name] = reading.seconds;
    clockNotes[name] = noteOf(reading);
  }
  return { clocksSeconds, clockNotes };
}

/** One clock, unless an instrument of it was late while it mattered. */
export function readClock(row: ClockRow, sources: ClockSources): Reading {
  const reading = row.read(sources);
  const late = lateFor(row, sources, reading);
  const [first] = late;
  if (first === undefined || !canBeLate(reading)) return reading;
  // What never recovered by those failures alone that no lateness can have caused, never recovered.
  if ('code' in reading && (reading.code === 'never-recovered' || reading.code === 'cut-short')) {
    const bound = boundOf(row, sources, late);
    if (bound !== null && bound === reading.atLeast) return reading;
  }
  const worst = late.reduce((most, one) => (one.maxMs > most.maxMs ? one : most), first);
  return none('late', `${lateWords(worst)} while it mattered`, boundOf(row, sources, late));
}

/** Whether lateness can have changed this: a value, or something that was not found and may have been missed. */
const canBeLate = (reading: Reading): boolean =>
  'seconds' in reading || clockCodeTraits[reading.code].mayBeMissed;

/** The spans in which an instrument of this clock was so late that the clock may be wrong. */
function lateFor(row: ClockRow, sources: ClockSources, reading: Reading): LateSpan[] {
  const { from, to, heldUpTo } = doubtfulSpan(row, sources, reading);
  return sources.late.filter((span) => {
    if (span.kind !== 'other' && !row.instruments.includes(span.kind)) return false;
    if (span.to < from) return false;
    if (delaysAll(span.kind)) {
      const resolution = 'seconds' in reading ? (reading.resolution ?? 0) : 0;
      return span.from <= heldUpTo && sources.time.seconds(0, span.maxMs * nsPerMs) > resolution;
    }
    return span.from <= to || (span.heldUp && span.from <= heldUpTo);
  });
}

function noteOf(reading: Reading): ClockNote {
  if ('seconds' in reading) {
    return { resolutionSeconds: reading.resolution, code: null, reason: null, atLeastSeconds: null };
  }
  const { code, reason, atLeast } = reading;
  return { resolutionSeconds: null, code, reason, atLeastSeconds: atLeast };
}

export function noClocks(): Clocks {
  return Object.fromEntries(clockNames.map((name) => [name, null])) as Clocks;
}

/** Notes of clocks of which none has a value, for one reason. */
export function noNotes(code: ClockCode, reason: string): ClockNotes {
  const note = noteOf(none(code, reason));
  return Object.fromEntries(clockNames.map((name) => [name, note])) as Record<ClockName, ClockNote>;
}
