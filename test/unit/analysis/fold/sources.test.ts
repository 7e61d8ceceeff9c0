import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostOf } from '../../../../src/analysis/fold/host.ts';
import { sources } from '../../../../src/analysis/fold/sources.ts';
import type { EventOf } from '../../../../src/history/schema.ts';
import { clientAddress, history, ns, type RequestOptions } from '../../../support/history.ts';

/** How often each address was seen before and after: the flip is at 100 ms and settled at 200 ms. */
function counted(...all: Partial<RequestOptions>[]) {
  const folded = sources({ flippedAt: ns(100), settledAt: ns(200) });
  for (const options of all) {
    const events = history()
      .trial(0)
      .stream({ from: 10, to: 300, source: 'node', ...options })
      .events();
    const start = events.find((event): event is EventOf<'start'> => event.type === 'start');
    const end = events.find((event): event is EventOf<'end'> => event.type === 'end');
    if (start !== undefined && end !== undefined) folded.ended(start, end);
  }
  const seen = (counts: typeof folded.record.early) =>
    [...counts.values()].map(({ source, client, count }) => `${source} ${client} ${count}`);
  return { early: seen(folded.record.early), late: seen(folded.record.late) };
}

test('requests started before the flip, and those begun once it had settled; between them neither', () => {
  assert.equal(counted({}, {}, { from: 99 }, { from: 100 }, { from: 199 }, { from: 200, source: 'client' }), {
    early: [`node ${clientAddress} 3`],
    late: [`client ${clientAddress} 1`],
  });
});

test('a kept connection keeps the address of its beginning, and an answer without one changes nothing', () => {
  assert.equal(counted({ lane: 'reused' }, { source: null }, { firstByte: null }), { early: [], late: [] });
});

test('the host of a socket address', () => {
  assert.is(hostOf('127.0.0.1:80'), '127.0.0.1');
  assert.is(hostOf('[::1]:80'), '::1');
});

test.run();
