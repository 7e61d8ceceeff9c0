import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keptConnectionLine } from '../../../src/reports/figures.ts';
import { trialOf } from '../../support/analysis.ts';
import { type HistoryBuilder, history, type RequestOptions } from '../../support/history.ts';

const fault = { kind: 'power-off', node: 'preemptible-0' };
const reused = (due: number, more: Partial<RequestOptions> = {}) => ({
  due,
  lane: 'reused' as const,
  ...more,
});

async function keptIn(build: (builder: HistoryBuilder) => HistoryBuilder) {
  const started = history().trial(1000, { fault }).fault(10_000);
  const { keptConnection } = await trialOf(build(started).endTrial(61_000));
  return keptConnection;
}
/** One request of the kept lane each second, from 2 s on. */
const eachSecond = (
  builder: HistoryBuilder,
  of: (due: number) => Partial<RequestOptions>,
  until = 30_000,
) => {
  for (let due = 2000; due <= until; due += 1000) {
    builder.probe({ from: due, to: due + 20, ...reused(due), ...of(due) });
  }
  return builder;
};

test('no such lane: nothing is reported', async () => {
  const kept = await keptIn((builder) => builder.probes({ from: 2000, to: 30_000 }));
  assert.is(kept, null);
  assert.is(keptConnectionLine({ keptConnection: kept }), null);
});

test('one connection to the end', async () => {
  const kept = await keptIn((builder) => eachSecond(builder, (due) => ({ fresh: due === 2000 })));
  assert.equal(kept, { opened: 1, silentlyDead: 0, closedUnder: 0, deadFrom: null, replacedAt: null });
  assert.is(keptConnectionLine({ keptConnection: kept }), null);
});

test('silently dead from the first request that found it so, replaced by the first that succeeds on another', async () => {
  const kept = await keptIn((builder) =>
    eachSecond(builder, (due) => {
      if (due === 2000) return { fresh: true };
      if (due === 10_000) return { to: due + 5000, outcome: 'hung', firstByte: null };
      // Others are opened meanwhile, first to the node that is dead.
      if (due > 10_000 && due < 14_000)
        return { fresh: true, outcome: 'connect-timeout', connectedAt: null, firstByte: null };
      return { fresh: due === 14_000 };
    }),
  );
  assert.equal(kept, { opened: 5, silentlyDead: 1, closedUnder: 0, deadFrom: 9, replacedAt: 13 });
  assert.is(
    keptConnectionLine({ keptConnection: kept }),
    'silently dead from 9.0 s (1 request), replaced at 13.0 s',
  );
});

test('closed under requests; and dead to the end', async () => {
  const kept = await keptIn((builder) =>
    eachSecond(builder, (due) => {
      if (due === 5000) return { outcome: 'reset-before-response', firstByte: null };
      if (due >= 20_000) return { outcome: 'hung', firstByte: null };
      return { fresh: due === 2000 || due === 6000 };
    }),
  );
  assert.equal(kept, { opened: 2, silentlyDead: 11, closedUnder: 1, deadFrom: 19, replacedAt: null });
  assert.is(
    keptConnectionLine({ keptConnection: kept }),
    'silently dead from 19.0 s (11 requests), not replaced, closed under 1 request',
  );
});

test.run();
