import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import { history, type RequestOptions } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

const proxying = { edge: { ...basicPlan.edge, mode: 'proxy' as const } };

/** What the CDN would have answered for the one stream. */
async function codesOf(request: Partial<RequestOptions>, plan = {}) {
  const { requests } = await trialOf(
    history({ plan })
      .trial(10)
      .stream({ from: 100, to: 5100, firstByte: null, ...request })
      .endTrial(300_000),
  );
  assert.is(requests.lost, request.outcome === 'completed' || request.outcome === 'cancelled' ? 0 : 1);
  return requests.byCdnCode;
}

const cases: [string, Partial<RequestOptions>, Record<string, number>][] = [
  ['closed without a byte', { outcome: 'closed-before-response' }, { 520: 1 }],
  ['reset without a byte', { outcome: 'reset-before-response' }, { 520: 1 }],
  [
    'no HTTP in the answer',
    { outcome: 'malformed', firstByte: 200, firstChunk: null, status: null },
    { 520: 1 },
  ],
  [
    'reset within the head',
    { outcome: 'reset-before-response', firstByte: 200, firstChunk: null, status: null },
    { 520: 1 },
  ],
  ['refused', { outcome: 'refused' }, { 521: 1 }],
  ['refused at the node', { outcome: 'reset-before-response', connect: 'refused' }, { 521: 1 }],
  [
    'no SYN-ACK for 19 s',
    { outcome: 'hung', to: 25_000, connect: 'abandoned', connectMs: 19_000 },
    { 522: 1 },
  ],
  [
    'given up before 19 s',
    { outcome: 'hung', to: 19_000, connect: 'abandoned', connectMs: 18_999 },
    { 'slow-connect': 1 },
  ],
  [
    'the edge gave up before 19 s',
    { outcome: 'closed-before-response', connect: 'timeout', connectMs: 5000 },
    { 'slow-connect': 1 },
  ],
  ['the edge gave up after 19 s', { outcome: 'hung', connect: 'timeout', connectMs: 20_000 }, { 522: 1 }],
  [
    'our own limit for connecting, 19 s',
    { outcome: 'connect-timeout', transit: null, to: 19_100 },
    { 522: 1 },
  ],
  [
    'our own limit for connecting, 10 s',
    { outcome: 'connect-timeout', transit: null, to: 10_100 },
    { 'slow-connect': 1 },
  ],
  ['connected too late', { outcome: 'slow-connect' }, { 'slow-connect': 1 }],
  ['no way there', { outcome: 'unreachable' }, { 523: 1 }],
  ['no way from the edge to the node', { outcome: 'hung', connect: 'unreachable' }, { 523: 1 }],
  ['no answer for 120 s', { outcome: 'hung', connectedAt: 101, to: 120_101 }, { 524: 1 }],
  ['no answer, given up before 120 s', { outcome: 'hung', connectedAt: 101, to: 120_100 }, {}],
  ['another status', { outcome: 'http-error', firstByte: 200, status: 503 }, { 'origin-status': 1 }],
  ['a body with a gap', { outcome: 'wrong-body', firstByte: 200 }, { 'origin-status': 1 }],
  ['cut by a FIN', { outcome: 'truncated', firstByte: 200 }, { cut: 1 }],
  ['cut by an RST', { outcome: 'reset-mid-body', firstByte: 200 }, { cut: 1 }],
  ['silent mid-body', { outcome: 'hung', firstByte: 200, to: 200_000 }, { cut: 1 }],
  ['no HTTP any more mid-body', { outcome: 'malformed', firstByte: 200 }, { cut: 1 }],
  ['a fault of this machine', { outcome: 'local-error' }, {}],
  ['completed', { outcome: 'completed', firstByte: 200 }, {}],
  ['cancelled by us', { outcome: 'cancelled' }, {}],
];
for (const [name, request, codes] of cases) {
  test(`${name}: ${Object.keys(codes)[0] ?? 'no code'}`, async () => {
    assert.equal(await codesOf(request), codes);
  });
}

test('limits are of cluster time', async () => {
  const compressed = { timeScale: 10 };
  const waiting = { outcome: 'hung', connectedAt: 101 } as const;
  assert.equal(await codesOf({ ...waiting, to: 12_101 }, compressed), { 524: 1 });
  assert.equal(await codesOf({ ...waiting, to: 12_100 }, compressed), {});
  const silent = { outcome: 'hung', connect: 'abandoned' } as const;
  assert.equal(await codesOf({ ...silent, connectMs: 1900 }, compressed), { 522: 1 });
  assert.equal(await codesOf({ ...silent, connectMs: 1899 }, compressed), { 'slow-connect': 1 });
});

test('behind a proxying balancer the code is by what the client saw', async () => {
  const closed = { outcome: 'closed-before-response', connect: 'refused' } as const;
  assert.equal(await codesOf(closed, proxying), { 520: 1 });
});

test('probes have codes of their own', async () => {
  const { probes, requests } = await trialOf(
    history()
      .trial(10)
      .probes({ from: 1000, to: 3000, fails: (due) => due < 1300 && { outcome: 'refused' } })
      .endTrial(4000),
  );
  assert.equal(probes.new?.byCdnCode, { 521: 3 });
  assert.equal(requests.byCdnCode, {});
});

test.run();
