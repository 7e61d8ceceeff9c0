import { parseHTML } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lostChart } from '../../../../src/reports/html/lost-chart.ts';
import { aRow, threePolicies } from '../../../support/report.ts';

const dom = (svg: string) => parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document;

test('a dot for each policy, with its interval; none if nothing was tried', () => {
  const { comparison } = threePolicies();
  const document = dom(lostChart(comparison, 900));
  assert.equal(
    [...document.querySelectorAll('.lost-shares circle')].map((dot) => dot.getAttribute('fill')),
    ['var(--bad)', 'var(--good)', 'var(--bad)'],
  );
  for (const { policy } of comparison) assert.match(document.body.textContent ?? '', policy ?? 'watch');
  const none = dom(lostChart([aRow({ started: 0, interval: null })], 900));
  assert.is(none.querySelectorAll('.lost-shares circle').length, 0);
});

test('the expected share is marked beside the measured one', () => {
  const count = (rows: ReturnType<typeof aRow>[]) =>
    dom(lostChart(rows, 900)).querySelectorAll('.expected-shares path').length;
  assert.is(count(threePolicies().comparison), 3);
  assert.is(count([aRow()]), 0, 'none where no fault was planned');
});

test('unknown repeats are named beside the policy, at any width', () => {
  for (const columns of [340, 1000]) {
    const text = (row: Partial<Parameters<typeof aRow>[0]>) =>
      dom(lostChart([aRow(row)], columns)).body.textContent ?? '';
    assert.match(text({ repeats: 3, unknownRepeats: 1 }), 'Cluster (1 of 3 repeats unknown, left out)');
    const none = text({ unknownRepeats: 1, started: 0, interval: null });
    assert.match(none, 'Cluster (unknown)');
  }
});

test('its ticks are whole numbers of percent', () => {
  for (const high of [0.01, 0.06, 0.13, 0.5, 1]) {
    for (const columns of [340, 1000]) {
      const svg = lostChart([aRow({ lost: 1, interval: { low: 0, high } })], columns);
      const ticks = [...dom(svg).querySelectorAll('text')]
        .map(({ textContent }) => textContent ?? '')
        .filter((text) => / %$/.test(text) && /^\d/.test(text));
      assert.ok(ticks.length >= 2, `${high} ${columns}: ${ticks}`);
      assert.is(new Set(ticks).size, ticks.length);
      for (const tick of ticks) assert.match(tick, /^\d+ %$/);
    }
  }
});

test.run();
