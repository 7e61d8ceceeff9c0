import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { presets } from '../../../src/presets/index.ts';
import { trialOf } from '../../support/analysis.ts';
import { causesOf, dead, powerOff, requestsOf } from '../../support/attribution.ts';
import type { RequestOptions } from '../../support/history.ts';
import { history } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

/* Requests through a balancer that speaks HTTP: it answers itself, and its connections to nodes are older than its requests. */

const plan = { edge: presets['aws-alb'] };
const fault = powerOff();

const answered = (
  own: NonNullable<NonNullable<RequestOptions['http']>['own']>,
  status: number,
  more: Partial<RequestOptions> = {},
): Partial<RequestOptions> => ({
  ...{ from: 11_000, to: 15_000, outcome: 'http-error', status },
  // What came is the balancer's own: no chunk, so no path.
  ...{ firstByte: 15_000, firstChunk: null },
  http: { own },
  ...more,
});

test("the balancer's own answer for the dead node is lost in transit, and its code is the balancer's", async () => {
  for (const [own, status] of [
    ['silent', 504],
    ['connect-timeout', 504],
    ['closed', 502],
  ] as const) {
    const { byCause, byCdnCode } = await requestsOf({ fault }, [answered(own, status, { transit: dead })], {
      plan,
    });
    assert.equal([byCause, byCdnCode], [{ transit: 1 }, { [`balancer-${status}`]: 1 }], own);
  }
});

test("an ingress' or app's own 504 is not the balancer's", async () => {
  const { byCdnCode } = await requestsOf(
    { fault },
    [answered('silent', 504, { transit: dead, http: { upstream: 1 } })],
    { plan },
  );
  assert.equal(byCdnCode, { 'origin-status': 1 });
});

test('no target: an explained loss, with the code of its answer', async () => {
  const { byCause, byCdnCode } = await requestsOf(
    { fault },
    [answered('no-target', 503, { toNobody: true })],
    { plan },
  );
  assert.equal([byCause, byCdnCode], [{ 'no-target': 1 }, { 'balancer-503': 1 }]);
});

test('a request over a connection from before a flip is under the policy from before it', async () => {
  const over = (openedAt: number) =>
    answered('silent', 504, {
      ...{ transit: dead, from: 8000 },
      http: { own: 'silent', upstream: 3, openedAt },
    });
  const causes = (openedAt: number) => causesOf({ policy: 'Cluster->Local' }, [over(openedAt)], { plan });
  assert.equal(await causes(7000), { switchover: 1 }, 'Local drops new connections there');
  const { byCause, disturbances } = await requestsOf(
    { policy: 'Cluster->Local', fault },
    [over(4000)].map((one) => ({ ...one, from: 11_000 })),
    { plan },
  );
  assert.equal(byCause, { transit: 1 });
  assert.is(disturbances[0]?.kind, 'flip');
});

test('a client whose request never came to the balancer has no path', async () => {
  const report = await trialOf(
    history({ plan })
      .trial(10, { fault })
      .add({ type: 'edge-open', t: 1_011_001e6, conn: 0, client: '10.0.0.1:10000', node: null, http: true })
      .stream({
        from: 11_000,
        to: 15_000,
        firstByte: null,
        outcome: 'hung',
        transit: null,
        connectedAt: 11_001,
      })
      .fault(10_000)
      .endTrial(60_000),
  );
  assert.equal(report.requests.byCause, { unattributed: 1 });
});

test('streams in flight are predicted by the node of their request; the share by topology is as of any balancer', async () => {
  const streams = ['stable-0', 'stable-1', dead, dead].map((transit, upstream) => ({
    ...{ transit, from: 1000, to: 15_000, http: { upstream } },
    outcome: transit === dead ? ('hung' as const) : ('completed' as const),
  }));
  const builder = history({ plan }).trial(10, { fault });
  for (const stream of streams) builder.stream(stream);
  const { predicted, atInjection, requests } = await trialOf(builder.fault(10_000).endTrial(60_000));
  assert.equal([atInjection?.throughTarget, predicted?.lost, requests.lost], [2, 2, 2]);
  const plain = history({ plan: { edge: basicPlan.edge } }).trial(10, { fault });
  for (const { http: _http, ...stream } of streams) plain.stream(stream);
  const other = await trialOf(plain.fault(10_000).endTrial(60_000));
  assert.is(predicted?.expectedShare, other.predicted?.expectedShare);
});

test.run();
