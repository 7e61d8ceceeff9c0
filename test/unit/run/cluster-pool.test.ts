import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { brief, ran } from '../../support/trial-clusters.ts';

/* Trials side by side that use their clusters again. */

const gone = (log: readonly string[]) => log.filter((text) => text.includes('gone'));
const trialsIn = (log: readonly string[]) => log.filter((text) => text.includes(':'));

test('a cluster is made once for each that runs at the same time, and used again', async () => {
  const { log, written, seconds } = await ran({ count: 6, most: 2 });
  assert.equal(trialsIn(log), [
    '1:0 at 11',
    '2:1 at 13',
    '1:2 at 23',
    '2:3 at 26',
    '1:4 last at 37',
    '2:5 last at 41',
  ]);
  assert.equal(gone(log), ['1 gone at 37.01', '2 gone at 41.01'], 'as soon as nothing is left for it');
  assert.is(seconds, 41.01);
  const ups = brief(written).filter((text) => text.endsWith('comes up'));
  assert.equal(ups, ['1 comes up', '2 comes up']);
});

test('each trial stands after what is known of its own cluster, at the time when that was recorded', async () => {
  const { written } = await ran({ count: 4, most: 2 });
  const known = written.flatMap((event) => {
    if (event.type === 'health') return [`${event.reason} at ${event.t / 1e9}`];
    return ['topology', 'trial-start'].includes(event.type) ? brief([event]) : [];
  });
  assert.equal(known, [
    ...['on 1', '0+', '1:0 at 1'],
    ...['on 2', '1+', '2:1 at 2'],
    ...['on 1', '1:0 at 1', '2+', '1:2 at 11'],
    ...['on 2', '2:1 at 2', '3+', '2:3 at 13'],
  ]);
});

test('a live view sees all of that too', async () => {
  const { shown, written } = await ran({ count: 4, most: 2 });
  assert.equal(brief(shown), brief(written));
  assert.is(shown.length, written.length);
});

/** The look for room of the second trial outlasts the first, whose cluster waits for the second meanwhile. Milliseconds. */
const waits = 10_500;

test('what is noted of a cluster between its trials, or at its end, is a note of the run', async () => {
  const { written } = await ran({ count: 3, most: 2, leaves: '2', speaks: true, roomMs: waits });
  const texts = brief(written);
  assert.equal(texts.filter((text) => text.startsWith('1 says')).length, 2, 'after trials 0 and 1');
  assert.is(texts.filter((text) => text === '2: not undone').length, 1);
  assert.not(
    texts.some((text, at) => text.endsWith('+') && !texts[at + 1]?.endsWith('-')),
    'inside of no trial',
  );
  assert.is(written.at(-1)?.type, 'finish');
});

test('a spoiled cluster is replaced by a new one, and the others are kept', async () => {
  const { log, written, ended } = await ran({
    count: 5,
    most: 2,
    spoils: (attempt) => (attempt === '1:0' ? 'the edge ended unexpectedly' : null),
  });
  assert.equal(trialsIn(log), [
    '1:0 at 11',
    '2:1 at 13',
    '3:2 at 24.01',
    '2:3 last at 26',
    '3:4 last at 38.01',
  ]);
  assert.equal(gone(log)[0], '1 gone at 11.01', 'before the new one is made');
  const note = 'a cluster was replaced by a new one: the edge ended unexpectedly';
  assert.is(brief(written).filter((text) => text === note).length, 1);
  assert.is(typeof ended === 'object' && ended.outcome, 'completed');
});

test('so is one that breaks while it waits for its next trial', async () => {
  const { log, written } = await ran({
    count: 2,
    most: 2,
    roomMs: waits,
    dies: (attempt) => attempt === '1:0',
  });
  assert.equal(trialsIn(log), ['1:0 at 11', '2:1 last at 23.51']);
  assert.equal(gone(log)[0], '1 gone at 11.51');
  assert.ok(brief(written).includes('a cluster was replaced by a new one: the edge ended unexpectedly'));
});

test('a spoiled cluster after which none is needed is not replaced', async () => {
  const { log, written } = await ran({ count: 2, most: 2, spoils: () => 'the edge ended unexpectedly' });
  assert.equal(gone(log).length, 2);
  assert.not(brief(written).some((text) => text.includes('replaced')));
});

test('one fewer at once is one cluster fewer; what is run again alone has the machine and a cluster to itself', async () => {
  const { log, written } = await ran({
    count: 6,
    most: 3,
    lateMs: (attempt) => (['1:0', '2:1'].includes(attempt) ? 60 : 0),
  });
  assert.is(gone(log)[0], '1 gone at 11.01');
  const firstAgain = log.findIndex((text) => text.startsWith('4:'));
  assert.equal(
    log.slice(firstAgain).filter((text) => !text.includes('closed')),
    ['4:0 at 52.01', '4:1 last at 63.01', '4 gone at 63.02'],
    'both on one cluster, after all others had ended',
  );
  assert.equal(gone(log.slice(0, firstAgain)).length, 3);
  const starts = brief(written).filter((text) => /^\d\+$/.test(text));
  assert.equal(starts, ['0+', '1+', '2+', '3+', '4+', '5+']);
});

test('interrupted between its trials: no other begins, and every cluster is ended', async () => {
  for (const interruptAtMs of [11_000, 11_005, 12_999, 20_000]) {
    const { log, written, ended } = await ran({ count: 9, most: 2, interruptAtMs });
    assert.is(typeof ended === 'object' && ended.outcome, 'interrupted');
    assert.equal(
      gone(log)
        .map((text) => text[0])
        .sort(),
      ['1', '2'],
      `at ${interruptAtMs}`,
    );
    const open = brief(written).filter((text) => /^\d[+-]$/.test(text));
    assert.is(open.length % 2, 0, 'each that began has ended');
  }
});

test('a cluster that fails to start while others run: its trial is run again alone', async () => {
  const { written, ended, log } = await ran({
    count: 3,
    most: 2,
    throws: (cluster) => (cluster === '2' ? new MidflightError('provider-failed', 'no memory') : null),
  });
  assert.ok(brief(written).includes('trial 2 was run again alone: beside others no memory'));
  assert.is(typeof ended === 'object' && ended.outcome, 'completed');
  assert.equal(
    trialsIn(log).map((text) => text.slice(0, 3)),
    ['1:0', '1:2', '3:1'],
  );
});

test.run();
