import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { causes } from '../../../src/catalogue/causes.ts';
import { cdnCodes } from '../../../src/catalogue/cdn-codes.ts';
import { clockNames } from '../../../src/catalogue/clocks.ts';
import { outcomes } from '../../../src/history/schema.ts';
import { metrics, parseExpectation } from '../../../src/scenario/expectation.ts';

function parsed(metric: string, written: string | number | boolean) {
  const result = parseExpectation(metric, written);
  if (!result.ok) throw new Error(`${result.what}: ${result.hint}`);
  const { op, value, unit } = result.expectation;
  return [op, value, unit];
}

const refused = (metric: string, written: string | number | boolean) => !parseExpectation(metric, written).ok;

test('counts', () => {
  assert.equal(parsed('lost', 0), ['==', 0, 'count']);
  assert.equal(parsed('lost.transit', '> 0'), ['>', 0, 'count']);
  assert.equal(parsed('lost', '<=5'), ['<=', 5, 'count']);
  assert.equal(parsed('outcome.http-error', ' != 3 '), ['!=', 3, 'count']);
  assert.ok(refused('lost', -1));
  assert.ok(refused('lost', 1.5));
  assert.ok(refused('lost', 'some'));
  assert.ok(refused('lost', ''));
  assert.ok(refused('lost', '>'));
});

test('times are in seconds', () => {
  assert.equal(parsed('failover', '<= 10s'), ['<=', 10, 'seconds']);
  assert.equal(parsed('flip.failover', '< 1m30s'), ['<', 90, 'seconds']);
  assert.equal(parsed('disruption', '> 500ms'), ['>', 0.5, 'seconds']);
  assert.equal(parsed('failover', 0), ['==', 0, 'seconds']);
  assert.ok(refused('failover', 10), 'a number without a unit');
});

test('shares', () => {
  assert.equal(parsed('lost.share', '<= 5%'), ['<=', 0.05, 'share']);
  assert.equal(parsed('lost.share', '< 0.05'), ['<', 0.05, 'share']);
  assert.equal(parsed('lost.share', '100%'), ['==', 1, 'share']);
  assert.ok(refused('lost.share', '101%'));
  assert.ok(refused('lost.share', 2));
});

test('words', () => {
  assert.equal(parsed('sourceAddress', 'kept'), ['==', 'kept', 'word']);
  assert.equal(parsed('sourceAddress', '!= lost'), ['!=', 'lost', 'word']);
  assert.equal(parsed('predictedMatches', true), ['==', true, 'word']);
  assert.ok(refused('sourceAddress', '> kept'));
  assert.ok(refused('sourceAddress', 'keep'));
});

test('the text is one way of writing it', () => {
  const result = parseExpectation('lost', ' >  0 ');
  assert.ok(result.ok && result.expectation.text === 'lost > 0');
});

test('an unknown metric names its neighbour', () => {
  const result = parseExpectation('lost.transt', 0);
  assert.ok(!result.ok && result.hint.includes("'lost.transit'"));
});

test('whatever a report counts can be expected', () => {
  for (const cause of causes) assert.ok(metrics.has(`lost.${cause}`), cause);
  for (const code of cdnCodes) assert.ok(metrics.has(`cdn.${code}`), code);
  for (const outcome of outcomes) assert.ok(metrics.has(`outcome.${outcome}`), outcome);
  for (const clock of clockNames) assert.ok(metrics.has(clock) && metrics.has(`flip.${clock}`), clock);
});

test.run();
