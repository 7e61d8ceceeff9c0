import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analysis } from '../../../src/analysis/index.ts';
import { trialOf } from '../../support/analysis.ts';
import {
  type HistoryBuilder,
  history,
  type RequestOptions,
  type TrialOptions,
} from '../../support/history.ts';

const dead = 'preemptible-0';
const fault = { kind: 'power-off', node: dead };
const lost = { from: 1000, to: 15_000, outcome: 'hung', transit: dead } as const;

function built(
  streams: readonly Partial<RequestOptions>[],
  more: (builder: HistoryBuilder) => unknown = () => {},
  trial: TrialOptions = {},
) {
  const builder = history().trial(10, { fault, ...trial });
  for (const stream of streams) builder.stream({ ...lost, ...stream });
  builder.fault(10_000);
  more(builder);
  return builder.endTrial(60_000);
}

test("two records that name different ingress nodes: unattributed, and the answer's word alone is believed if there is no other", async () => {
  const one = [{ id: 'one' }];
  const told = await trialOf(built(one, (builder) => builder.logged(2000, 'one', 'stable-1')));
  assert.equal(told.requests.byCause, { unattributed: 1 });
  const agreed = await trialOf(built(one, (builder) => builder.logged(2000, 'one', 'stable-0')));
  assert.equal(agreed.requests.byCause, { transit: 1 });
  assert.equal((await trialOf(built(one))).requests.byCause, { transit: 1 });
});

test('the balancer had no node, yet an answer came', async () => {
  const { requests } = await trialOf(built([{ toNobody: true }]));
  assert.equal(requests.byCause, { unattributed: 1 });
});

test('under Local a node with an ingress pod passes nothing on; under Cluster it may', async () => {
  const streams = [{ transit: 'stable-1', ingress: 'stable-0' }];
  const where = { kind: 'power-off', node: 'stable-1' };
  const local = await trialOf(built(streams, undefined, { policy: 'Local', fault: where }));
  assert.equal(local.requests.byCause, { unattributed: 1 });
  const cluster = await trialOf(built(streams, undefined, { policy: 'Cluster', fault: where }));
  assert.equal(cluster.requests.byCause, { transit: 1 });
});

test('more than 1 % of the lost requests: the trial is unknown; 1 % is not', async () => {
  const of = (count: number) =>
    built([{ id: 'one' }, ...Array.from({ length: count - 1 }, () => ({}))], (builder) =>
      builder.logged(2000, 'one', 'stable-1'),
    );
  const codes = async (count: number) => (await trialOf(of(count))).reasons.map(({ code }) => code);
  assert.ok((await codes(99)).includes('contradictory-evidence'));
  assert.not.ok((await codes(100)).includes('contradictory-evidence'));
});

test('the details of a trial: each lost request with its path, the ways that all took, the nodes', () => {
  const details: Parameters<NonNullable<NonNullable<Parameters<typeof analysis>[0]>['onDetail']>>[0][] = [];
  const { take, report } = analysis({ onDetail: (detail) => details.push(detail), lostLimit: 1 });
  const builder = built([
    { id: 'a' },
    { id: 'b', to: 14_000 },
    { outcome: 'completed', transit: 'stable-0' },
  ]);
  for (const event of builder.events()) take(event);
  report();
  const [detail] = details;
  assert.equal(
    detail?.lost.map(({ id }) => id),
    ['b'],
    'the first that ended, and no more than the limit',
  );
  assert.is(detail?.lostInAll, 2);
  const [first] = detail?.lost ?? [];
  assert.equal(first?.path, { transit: dead, ingress: 'stable-0', endpoint: 'stable-0' });
  assert.equal([first?.phase, first?.bytes, first?.cause, first?.cdn], ['receiving', 100, 'transit', 'cut']);
  assert.equal(
    detail?.flows.map(({ transit, streams, lost: gone }) => [transit, streams, gone]),
    [
      [dead, 2, 2],
      ['stable-0', 1, 0],
    ],
  );
  const node = detail?.nodes.find(({ name }) => name === dead);
  assert.equal(node, { name: dead, green: true, dead: true, ingress: 0, app: 0 });
});

test.run();
