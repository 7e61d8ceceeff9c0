import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { orderCheck } from '../../../src/history/order.ts';
import type { RunEnd } from '../../../src/run/run.ts';
import { brief, ran } from '../../support/trial-clusters.ts';

const completed: RunEnd = { outcome: 'completed', reason: null };
const partOf = (trial: number, cluster: number) => [`on ${cluster}`, `${trial}+`, `${trial}-`];
const fresh = (trial: number, cluster: number) => [`${cluster} comes up`, ...partOf(trial, cluster)];
const inOrder = [0, 1, 2].flatMap((index) => fresh(index, index + 1));

test('three at once; in the history they follow one after the other, each with the events of its own cluster', async () => {
  const { written, seconds, ended, log } = await ran({});
  assert.equal(brief(written), inOrder);
  assert.is(Math.floor(seconds), 15, 'instead of 36');
  assert.equal(ended, completed);
  assert.equal(
    log.filter((text) => text.includes('gone')).map((text) => text[0]),
    ['1', '2', '3'],
  );
});

test('such a history is in order', async () => {
  const { written } = await ran({ count: 7 });
  const check = orderCheck();
  assert.equal(
    written.map((event) => check.problem(event)).filter((problem) => problem !== null),
    [],
  );
});

test('the first that is under way is shown from its beginning, then the next; all of each', async () => {
  const { shown, written } = await ran({});
  assert.equal(brief(shown), brief(written));
  assert.is(shown.length, written.length, 'header and last line too');
});

test('a trial whose instruments were late beside others is run again alone; what it was before is in no history', async () => {
  const { written, ended, log } = await ran({ lateMs: (attempt) => (attempt === '2:1' ? 60 : 49) });
  assert.equal(brief(written), [
    ...fresh(0, 1),
    'trial 2 was run again alone: beside others edge was late by 60 ms',
    ...fresh(1, 4),
    ...fresh(2, 3),
  ]);
  assert.is(written.filter(({ type }) => type === 'lateness').length, 3);
  assert.equal(ended, completed);
  assert.equal(log.slice(-4), [
    '3 gone at 15.01',
    '4:1 last at 27.01',
    '4 closed at 27.01',
    '4 gone at 27.02',
  ]);
});

test('a part that fails while others run is tried again alone; if it fails then, the run ends', async () => {
  const failed: RunEnd = { outcome: 'aborted', reason: { code: 'edge-ended', text: 'the edge ended' } };
  const once = await ran({ end: (attempt) => (attempt === '2:1' ? failed : null) });
  assert.equal(once.ended, completed);
  const twice = await ran({ end: (attempt) => (attempt.endsWith(':1') ? failed : null) });
  assert.equal(twice.ended, failed);
  assert.equal(brief(twice.written).slice(-4), fresh(2, 3));
});

test('interrupted: every trial under way is ended and recorded, none is run again', async () => {
  const { written, ended, log } = await ran({ interruptAtMs: 5000, lateMs: () => 80 });
  assert.equal(brief(written), inOrder);
  assert.is(typeof ended === 'object' && ended.outcome, 'interrupted');
  assert.equal(log.slice(-3), ['1 gone at 5.01', '2 gone at 5.01', '3 gone at 5.01']);
});

test('a defect of ours is thrown, after all that was started is cleaned up', async () => {
  const { ended, log } = await ran({ throws: (cluster) => (cluster === '2' ? new Error('bug') : null) });
  assert.is(ended, 'bug');
  assert.equal(log, [
    '2 closed at 2',
    '2 gone at 2.01',
    '1:0 last at 11',
    '1 closed at 11',
    '1 gone at 11.01',
  ]);
});

test.run();
