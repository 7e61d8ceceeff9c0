import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cdnCodes } from '../../../src/catalogue/cdn-codes.ts';
import { customersRows, shares } from '../../../src/reports/customers.ts';
import { aRow, compared, noCustomers, threePolicies } from '../../support/report.ts';

test('per policy and disturbance, streams and new connections apart, as shares', () => {
  assert.equal(customersRows(threePolicies()).slice(0, 2), [
    [
      'Cluster',
      'fault',
      '85 % whole, 15 % cut short (of 60)',
      '73 % answered, 20 % 522, 6 % slow to connect, 1 % unclear (of 100)',
    ],
    ['Local', 'fault', '-', '-'],
  ]);
});

test('nothing is left out: every code and what is unclear has its share', () => {
  const byCdnCode = Object.fromEntries(cdnCodes.map((code) => [code, 1]));
  const text = shares({ sent: 100, ok: 100 - cdnCodes.length - 3, byCdnCode, unclear: 3 }, 'whole', '-');
  assert.is(text.split(',').length, cdnCodes.length + 2);
  const total = [...text.matchAll(/(\d+) %/g)].reduce((sum, [, share]) => sum + Number(share), 0);
  assert.is(total, 100);
});

test('all well is reported in a word; no probes, no text', () => {
  const all = { sent: 9, ok: 9, byCdnCode: {}, unclear: 0 };
  const halves = { sent: 240, ok: 186, byCdnCode: {}, unclear: 54 };
  assert.is(shares(halves, 'whole', '-'), '77.5 % whole, 22.5 % unclear (of 240)', 'they add up to 100 %');
  assert.is(shares(all, 'whole', '-'), 'all 9 whole');
  assert.is(shares({ ...all, sent: 0, ok: 0 }, 'whole', 'none'), 'none');
});

test('streams that outlive every step are not counted once for each', () => {
  const during = (ok: number) =>
    customersRows({
      comparison: [
        aRow({
          disturbances: [
            compared({
              kind: 'step',
              customers: { ...noCustomers(), streams: { sent: 180, ok, byCdnCode: {}, unclear: 180 - ok } },
            }),
          ],
        }),
      ],
    }).map(([, kind, streams]) => [kind, streams]);
  assert.equal(during(180), [['each step', 'all whole']]);
  assert.equal(during(135), [['each step', '75 % whole, 25 % unclear (of 180)']]);
});

test('losses outside any disturbance have a row, if there are any', () => {
  const outside = (ok: number) =>
    customersRows({
      comparison: [
        aRow({
          disturbances: [
            compared({
              kind: null,
              customers: { ...noCustomers(), streams: { sent: 9, ok, byCdnCode: {}, unclear: 9 - ok } },
            }),
          ],
        }),
      ],
    });
  assert.equal(outside(9), []);
  assert.equal(outside(8), [['Cluster', 'no disturbance', '89 % whole, 11 % unclear (of 9)', '-']]);
});

test.run();
