import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Health, judge, newTarget, recheck } from '../../../src/edge/health.ts';

const rule = { unhealthyThreshold: 3, healthyThreshold: 2, ejectOn503: false };
const ok = { ok: true, detail: '200' };
const bad = { ok: false, detail: 'timeout' };
const unavailable = { ok: false, detail: '503' };

/** The verdicts after each of `results`: + healthy, - not. */
function verdicts(from: Health, results: (typeof ok)[], rules = rule): string {
  let health = from;
  return results
    .map((result) => {
      health = judge(health, result, rules);
      return health.healthy ? '+' : '-';
    })
    .join('');
}

test('a new target gets no traffic until it has passed the threshold number of checks', () => {
  const fresh = newTarget('unhealthy', { unhealthyThreshold: 3 });
  assert.is(verdicts(fresh, [ok, ok, ok]), '-++');
  assert.is(verdicts(fresh, [ok, bad, ok, bad, ok, ok]), '-----+');
});

test('a new target that counts as healthy at first is used until its first failed check, whatever the threshold', () => {
  const fresh = newTarget('healthy', { unhealthyThreshold: 3 });
  assert.ok(fresh.healthy);
  assert.is(verdicts(fresh, [bad, bad]), '--');
  assert.is(verdicts(fresh, [ok, bad, bad, bad]), '+++-');
});

test('only failures in a row eject', () => {
  const healthy = { healthy: true, contrary: 0 };
  assert.is(verdicts(healthy, [bad, bad, bad, bad]), '++--');
  assert.is(verdicts(healthy, [bad, bad, ok, bad, bad, ok]), '++++++');
});

test('an ejected node is readmitted by the healthy threshold', () => {
  assert.is(verdicts({ healthy: true, contrary: 0 }, [bad, bad, bad, ok, ok]), '++--+');
});

test('a 503 ejects at once only if the balancer does so', () => {
  const healthy = { healthy: true, contrary: 0 };
  assert.is(verdicts(healthy, [unavailable]), '+');
  assert.is(verdicts(healthy, [unavailable], { ...rule, ejectOn503: true }), '-');
  assert.is(verdicts(healthy, [bad], { ...rule, ejectOn503: true }), '+');
});

test('a changed check keeps the verdict and forgets the count', () => {
  assert.equal(recheck({ healthy: true, contrary: 2 }), { healthy: true, contrary: 0 });
  assert.equal(recheck({ healthy: false, contrary: 1 }), { healthy: false, contrary: 0 });
});

test.run();
