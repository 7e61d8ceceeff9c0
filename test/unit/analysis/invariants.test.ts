import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { reportOf, trialOf } from '../../support/analysis.ts';
import { history } from '../../support/history.ts';

const sound = () =>
  history()
    .trial(10)
    .stream({ id: 'one', from: 100, to: 900 })
    .stream({ id: 'two', from: 100, to: 900, outcome: 'truncated' })
    .probes({ from: 100, to: 500 })
    .endTrial(1000)
    .finish(2000)
    .events();

async function internalError(events: readonly HistoryEvent[]): Promise<string> {
  try {
    await reportOf(events);
  } catch (error) {
    assert.instance(error, MidflightError);
    if (error instanceof MidflightError && error.code === 'internal') return error.message;
    throw error;
  }
  return 'none';
}

/** The history with the one line of a kind that belongs to a request changed. */
const changed = (id: string, type: 'start' | 'end', change: (event: HistoryEvent) => HistoryEvent[]) =>
  sound().flatMap((event) => (event.type === type && event.id === id ? change(event) : [event]));

test('a sound history adds up', async () => {
  assert.is(await internalError(sound()), 'none');
});

test('an id that is used twice does not add up', async () => {
  const twice = changed('one', 'start', (event) => [event, event]);
  assert.is(await internalError(twice), 'trial 0: 3 streams started, 2/2/2 ended');
});

test('a probe that is used twice does not add up', async () => {
  const twice = changed('r2', 'start', (event) => [event, event]);
  assert.is(await internalError(twice), 'trial 0: 5 probes started, 4 ended');
});

test('a request that ends twice does not add up', async () => {
  const twice = changed('two', 'end', (event) => [event, event]);
  assert.is(await internalError(twice), 'trial 0: 1 requests ended that had not begun, or twice');
});

test('a request that ends without having begun does not add up', async () => {
  const never = changed('two', 'start', () => []);
  assert.is(await internalError(never), 'trial 0: 1 requests ended that had not begun, or twice');
});

test('one that has no end is counted, as lost on this machine', async () => {
  const { requests, verdict } = await trialOf(changed('one', 'end', () => []));
  assert.equal([requests.started, requests.completed, requests.lost], [2, 0, 2]);
  assert.equal(requests.byOutcome, { 'local-error': 1, truncated: 1 });
  assert.is(verdict, 'unknown');
});

test('what comes after the end of its trial belongs to no other', async () => {
  const { trials } = await reportOf(
    history()
      .trial(10)
      .stream({ from: 100, to: 900 })
      .stream({ from: 100, to: 1100 })
      .stream({ from: 100, to: 2100 })
      .stream({ from: 1050, to: 2150 })
      .endTrial(1000)
      .trial(2000, { repeat: 1 })
      .stream({ from: 2100, to: 2900 })
      .endTrial(3000)
      .finish(4000),
  );
  assert.equal(
    trials.map(({ requests: { started, completed, lost } }) => [started, completed, lost]),
    [
      [3, 1, 2],
      [1, 1, 0],
    ],
  );
});

test.run();
