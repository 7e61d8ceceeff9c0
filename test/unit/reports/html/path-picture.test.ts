import { DOMParser } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TrialDetail } from '../../../../src/analysis/detail.ts';
import { pathPictures } from '../../../../src/reports/html/path-picture.ts';

const node = (name: string, more: Partial<TrialDetail['nodes'][number]> = {}) => ({
  name,
  green: true,
  dead: false,
  ingress: 0,
  app: 0,
  ...more,
});
const detail = (more: Partial<TrialDetail> = {}): TrialDetail => ({
  index: 0,
  policy: 'Cluster',
  repeat: 0,
  lost: [],
  lostInAll: 0,
  nodes: [node('stable-0', { ingress: 1, app: 2 }), node('spot-0', { dead: true })],
  flows: [
    { transit: 'stable-0', ingress: 'stable-0', endpoint: 'stable-0', streams: 6, lost: 0, byCause: {} },
    {
      transit: 'spot-0',
      ingress: 'stable-0',
      endpoint: 'stable-0',
      streams: 2,
      lost: 2,
      byCause: { transit: 2 },
    },
  ],
  ...more,
});
const local = detail({
  policy: 'Local',
  nodes: [node('stable-0', { ingress: 1, app: 2 }), node('spot-0', { dead: true, green: false })],
  flows: [
    { transit: 'stable-0', ingress: 'stable-0', endpoint: 'stable-0', streams: 8, lost: 0, byCause: {} },
  ],
});
const drawn = (details: readonly TrialDetail[]) => [
  ...new DOMParser().parseFromString(pathPictures(details), 'text/html').querySelectorAll('svg'),
];

test('one picture for each policy, repeats together', () => {
  const [cluster, other, ...more] = drawn([detail(), detail({ index: 1, repeat: 1 }), local]);
  assert.is(more.length, 0);
  assert.match(cluster?.getAttribute('aria-label') ?? '', 'Cluster: 16 streams, 4 lost');
  assert.match(other?.getAttribute('aria-label') ?? '', 'Local: 8 streams, 0 lost');
});

test('repeats that took different nodes: each of them is marked', () => {
  const other = detail({
    index: 1,
    repeat: 1,
    nodes: [node('stable-0', { ingress: 1, app: 2, dead: true }), node('spot-0')],
  });
  assert.equal(
    drawn([detail(), other]).map((one) => one.querySelectorAll('.cross').length),
    [2],
  );
});

test('the share that each node carried, what was lost on the way, the dead node, and who was healthy', () => {
  const [cluster, other] = drawn([detail(), local]);
  const label = cluster?.getAttribute('aria-label') ?? '';
  assert.match(label, 'Healthy at the balancer: stable-0, spot-0.');
  assert.match(label, 'spot-0 carried 25 %, 2 lost');
  assert.is(cluster?.querySelectorAll('.cross').length, 1);
  // From the balancer to the node, and on to its ingress pod and to the app pod.
  assert.is(cluster?.querySelectorAll('.gone').length, 3);
  assert.is(cluster?.querySelectorAll('.out').length, 0);
  assert.is(other?.querySelectorAll('.gone').length, 0);
  assert.is(other?.querySelectorAll('.out').length, 1, 'not healthy at the balancer');
  assert.match(other?.getAttribute('aria-label') ?? '', 'Healthy at the balancer: stable-0.');
});

test('what is not known is reported, and nothing is drawn of a trial without streams', () => {
  const flows = [{ transit: null, ingress: null, endpoint: null, streams: 4, lost: 1, byCause: {} }];
  const [only] = drawn([detail({ flows })]);
  assert.match(only?.getAttribute('aria-label') ?? '', 'The way of 4 is not known');
  assert.is(pathPictures([detail({ flows: [] })]), '');
  assert.is(pathPictures([]), '');
});

test('in a large cluster nodes that are alike are one box, and the rest stand alone', () => {
  const spot = Array.from({ length: 150 }, (_, at) => node(`spot-${at}`, { dead: at === 68 }));
  const pods = { ingress: 1, app: 1 };
  const way = { ingress: 'stable-0', endpoint: 'stable-0', byCause: {} };
  const [svg] = drawn([
    detail({
      nodes: [node('stable-0', pods), node('stable-1', { ...pods, ingress: 2 }), ...spot],
      flows: [
        { ...way, transit: 'spot-3', streams: 4, lost: 0 },
        { ...way, transit: 'spot-149', streams: 3, lost: 0 },
        { ...way, transit: 'spot-68', streams: 1, lost: 1 },
      ],
    }),
  ]);
  const label = svg?.getAttribute('aria-label') ?? '';
  assert.match(
    label,
    'Healthy at the balancer: 152 of 152 nodes (stable-0, stable-1, spot-0 and 149 others).',
  );
  assert.match(label, '149 nodes carried 88 %, 0 lost');
  assert.match(label, 'spot-68 carried 13 %, 1 lost');
  assert.is(
    svg?.querySelectorAll('rect.held').length,
    4,
    'two stable ones, the one that was taken, all others',
  );
  assert.is(svg?.querySelectorAll('.cross').length, 1);
});

test('a large cluster whose nodes all run pods: their pods are counted together', () => {
  const all = Array.from({ length: 40 }, (_, at) =>
    node(`n-${at}`, { ingress: 1, app: 2, green: at % 2 === 0 }),
  );
  const flows = [{ transit: 'n-0', ingress: 'n-1', endpoint: 'n-3', streams: 2, lost: 0, byCause: {} }];
  const [svg] = drawn([detail({ nodes: all, flows })]);
  assert.is(svg?.querySelectorAll('rect.held').length, 1);
  assert.is(svg?.querySelectorAll('rect.out').length, 1);
  const titles = [...(svg?.querySelectorAll('title') ?? [])].map(({ textContent }) => textContent);
  assert.ok(titles.includes('20 ingress pods: 2 streams, 0 lost'), titles.join());
  assert.ok(titles.includes('40 app pods: 2 streams, 0 lost'), titles.join());
});

test('a long name is whole, and no text is HTML', () => {
  const name = 'gke-production-eu-west-preemptible-pool-0a1b2c3d-x9zz';
  const [svg] = drawn([detail({ nodes: [node(name), node('<b>')] })]);
  const texts = [...(svg?.querySelectorAll('text') ?? [])].map(({ textContent }) => textContent);
  assert.ok(texts.join('').includes(name), texts.join());
  assert.is(svg?.querySelectorAll('b').length, 0);
});

test.run();
