import { messageOf } from '../../base/errors.ts';
import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import { bareEnd } from '../../history/bare-end.ts';
import type { EventOf } from '../../history/schema.ts';
import type { K6Config } from '../config.ts';
import { reporter } from '../reporter.ts';
import type { MakeLoad } from '../serve.ts';
import { sweeper } from '../sweeper.ts';
import { endOfOther, endOfOwn } from './end-event.ts';
import type { K6Process } from './process.ts';
import { readSample, type Sample } from './samples.ts';
import type { K6Site, ToMonotonic } from './site.ts';

/** How long k6 may take to end once asked, ms. */
const graceMs = 5000;
const tickMs = 50;
/** How long until what passed the gate is reported, if ever, ms. */
const hearsayMs = 10_000;
/** k6's own exit codes (its docs): 99 a threshold of the script failed, 105 ended by a signal, which is ours. */
const thresholdFailed = 99;
const endedBySignal = 105;

/**
 * Runs the user's k6 and records what it reports, as it comes. A script of the user's own is followed to its end;
 * our script begins nothing after `quiesce`.
 */
export const k6Engine: MakeLoad<K6Config, [site: K6Site]> = (
  config,
  context,
  clock,
  { gate, start: startRunning },
) => {
  const { trial, load, own } = config;
  const report = reporter(load, context, clock);
  const open = new Set<string>();
  const problems = new Set<string>();
  const sums = { started: 0, dropped: 0 };
  let finished: Promise<void> | null = null;
  let running: K6Process | null = null;
  /** Iterations that were cut off before we ended k6; null: we have not. */
  let cutBefore: number | null = null;

  const start = (id: string, t: Nanoseconds) => {
    sums.started += 1;
    open.add(id);
    report.counts.started();
    // k6 does not report when it was due.
    context.emit({ type: 'start', t, trial, id, load, kind: 'short', lane: null, dueAt: t });
  };
  const end = (event: EventOf<'end'>) => {
    if (!open.delete(event.id)) return;
    report.counts.ended(event.outcome, false);
    context.emit(event);
  };
  const take = (sample: Sample, monotonicAt: ToMonotonic) => {
    switch (sample.kind) {
      case 'started':
        return start(sample.id, monotonicAt(sample.at));
      case 'ended':
        return end(endOfOwn(sample, trial, config.expectStatus, monotonicAt));
      case 'request': {
        const id = `${config.idPrefix}${sums.started}`;
        start(id, monotonicAt(sample.at - sample.durationMs));
        return end(endOfOther(id, sample, trial, monotonicAt));
      }
      case 'dropped':
        // Nobody misses arrivals that the gate would not have let through.
        if (gate.shutAt === null || monotonicAt(sample.at) < gate.shutAt) sums.dropped += sample.count;
    }
  };
  const onLine = (line: string, at: ToMonotonic) => {
    try {
      const sample = readSample(line, own);
      if (sample !== null) take(sample, at);
    } catch (error) {
      problems.add(`k6 wrote what cannot be read: ${messageOf(error)}`);
    }
  };

  /** Runs it from its start to its end, and reports what is known then. */
  const run = async () => {
    running = await startRunning(onLine);
    if (cutBefore !== null) running.end(graceMs);
    const { code, signal, error } = await running.gone;
    const ended = cutBefore !== null;
    const how = signal ?? `exit code ${code}`;
    const expected = code === 0 || (ended && (code === endedBySignal || signal !== null));
    if (code === thresholdFailed) problems.add("a threshold of the k6 script's own failed");
    else if (!expected) problems.add(`k6 ended with ${how}: ${error}`);
    // Its end by us cancels what was in flight; by itself, nobody knows what became of that.
    const left = ended ? 'cancelled' : 'local-error';
    for (const id of [...open]) end(bareEnd({ t: clock.now(), trial, id, outcome: left }));
    const cut = cutBefore ?? running.interrupted;
    if (!own && cut > 0)
      problems.add(
        `the k6 script cut ${cut} of its iterations off (gracefulStop): what became of their requests is not known`,
      );
    sayIdle(running.interrupted);
  };
  const sayIdle = (interrupted: number) => {
    const { started, dropped } = sums;
    if (dropped > 0)
      problems.add(`k6 dropped ${dropped} iterations: ${config.vus} virtual users are too few for the rate`);
    const { completed } = report.counts.progress();
    context.emit({
      type: 'engine-summary',
      t: clock.now(),
      load,
      engine: 'k6',
      version: config.version,
      figures: { started, completed, dropped, interrupted },
      problems: [...problems],
    });
    gate.close();
    ticking.stop();
    report.idle();
  };
  const begin = () => {
    finished ??= run().catch((error: unknown) => {
      problems.add(`k6 cannot be run: ${messageOf(error)}`);
      sayIdle(0);
    });
  };
  const endNow = () => {
    if (cutBefore !== null) return;
    cutBefore = running?.interrupted ?? 0;
    running?.end(graceMs);
  };
  const quiesce = () => {
    gate.shutIt();
    finished ??= Promise.resolve().then(() => sayIdle(0));
  };
  // Our arrivals go on for ever: once the gate is shut and nothing is in flight, k6 has nothing left to do.
  const ticking = sweeper(clock, tickMs, (now) => {
    report.tick(now);
    if (!own || gate.shutAt === null || open.size > 0) return;
    const unheard = gate.passed - sums.started;
    if (unheard > 0 && now - gate.shutAt <= hearsayMs * nsPerMs) return;
    if (unheard > 0) problems.add(`k6 began ${unheard} requests of which it reported nothing`);
    endNow();
  });

  return {
    begin,
    quiesce,
    cancel() {
      quiesce();
      endNow();
    },
    async stop() {
      quiesce();
      endNow();
      await finished;
    },
  };
};
