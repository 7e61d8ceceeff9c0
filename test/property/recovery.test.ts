import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recoveredAfter } from '../../src/analysis/clocks/probes.ts';
import { bareEnd } from '../../src/history/bare-end.ts';
import type { EventOf } from '../../src/history/schema.ts';
import { probeWatch } from '../../src/run/probe-watch.ts';
import { probeStart } from '../support/probe-start.ts';

/*
 * A run ends a trial when its probes have been well for the stability window; the analysis, which sees only what was
 * written until then, must come to the same: else a recovery that everybody saw is `unknown`.
 */

const every = 10;
const timeout = 25;
const stability = 60;

const answer = (id: string, t: number, good: boolean): EventOf<'end'> =>
  bareEnd({ t, trial: 0, id, outcome: good ? 'completed' : 'connect-timeout' });

/** Each probe: does it succeed, and how long after it was due is that known? A failure may be known long after its time-out. */
const fate = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ good: fc.constant(true), after: fc.integer({ min: 0, max: timeout }) }),
  },
  { weight: 1, arbitrary: fc.record({ good: fc.constant(false), after: fc.integer({ min: 0, max: 90 }) }) },
);

test('when the run goes on, the analysis finds the outage over', () => {
  let ended = 0;
  let outages = 0;
  fc.assert(
    fc.property(
      fc.array(fate, { minLength: 20, maxLength: 60 }),
      fc.integer({ min: 0, max: 100 }),
      (fates, since) => {
        const probes = fates.map(({ good, after }, index) => ({
          id: `${index}`,
          due: index * every,
          good,
          at: index * every + after,
        }));
        const events = probes
          .flatMap(({ id, due, good, at }) => [
            { t: due, event: probeStart(id, due) },
            { t: at, event: answer(id, at, good) },
          ])
          .sort((a, b) => a.t - b.t);
        const watch = probeWatch();
        let next = 0;
        for (let now = 0; now <= fates.length * every; now += 1) {
          for (; (events[next]?.t ?? Number.POSITIVE_INFINITY) <= now; next += 1) {
            const told = events[next];
            if (told !== undefined) watch.observe(told.event);
          }
          if (now < since || watch.sent === 0 || !watch.stableSince(since, now, stability, timeout)) continue;
          // All that was sent is followed to its end; what is under way and fails after this is another outage.
          const sent = probes.filter(({ due }) => due <= now);
          if (sent.some(({ good, at }) => !good && at > now)) return;
          ended += 1;
          const timeline = {
            good: sent.filter(({ good }) => good).map(({ due }) => due),
            bad: sent.filter(({ good }) => !good).map(({ due }) => due),
            interval: every,
          };
          const last = timeline.bad.findLast((due) => due >= since);
          if (last === undefined) return;
          outages += 1;
          const recovered = recoveredAfter(timeline, last, now, stability);
          assert.is.not(recovered, null, `at ${now}, last failed ${last}: ${JSON.stringify(timeline)}`);
          return;
        }
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(ended > 200 && outages > 50, `${ended} ended, ${outages} after an outage`);
});

test.run();
