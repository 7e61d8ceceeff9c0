import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { phases } from '../../../../src/analysis/fold/phases.ts';
import { type HistoryBuilder, history, ns } from '../../../support/history.ts';

function fed(more: (builder: HistoryBuilder) => unknown) {
  const builder = history().trial(0, { policy: 'Cluster->Local' });
  more(builder);
  const folded = phases('Local');
  for (const event of builder.events()) {
    if (event.type === 'phase' || event.type === 'disturbance' || event.type === 'reconcile') {
      folded.take(event);
    }
  }
  return folded;
}

test('settled when the phase after `settle` begins', () => {
  const { settledAt, flippedAt, record } = fed((builder) =>
    builder.flip(100).phase(110, 'settle').phase(200, 'fault').phase(300, 'observe'),
  );
  assert.is(flippedAt, ns(100));
  assert.is(settledAt, ns(200));
  assert.equal(
    record.phases.map(({ phase }) => phase),
    ['settle', 'fault', 'observe'],
  );
});

test('settled when the edge follows, if that is sooner', () => {
  assert.is(
    fed((builder) => builder.flip(100).phase(110, 'settle').reconciled(150, 'Local').phase(200, 'fault'))
      .settledAt,
    ns(150),
  );
});

test('a switchover in steps is not settled by what the edge follows first', () => {
  assert.is(
    fed((builder) => builder.flip(100).reconciled(120, 'Cluster').reconciled(150, 'Local')).settledAt,
    ns(150),
  );
});

test('what the edge follows before the flip settles nothing', () => {
  assert.is(
    fed((builder) => builder.reconciled(50, 'Cluster').flip(100)).settledAt,
    Number.POSITIVE_INFINITY,
  );
});

test('a trial without a flip is never settled', () => {
  const { settledAt, flippedAt } = fed((builder) => builder.phase(10, 'steady').phase(20, 'observe'));
  assert.equal([settledAt, flippedAt], [Number.POSITIVE_INFINITY, null]);
});

test.run();
