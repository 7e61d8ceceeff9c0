import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { uiFeed } from '../../../../src/reports/ui/feed.ts';
import { history, ns } from '../../../support/history.ts';
import { basicPlan } from '../../../support/plan.ts';

/** The history's events up to an instant, as the page of that instant shows them. */
function frameAt(ms: number) {
  const feed = uiFeed(basicPlan);
  const events = history()
    .trial(10, { policy: 'Cluster', fault: { kind: 'power-off', node: 'preemptible-0' } })
    .streams(3, { from: 1000, to: 21_000 })
    .streams(2, { from: 1000, to: 15_000, transit: 'preemptible-0', outcome: 'hung' })
    .stream({ from: 1000, to: 1100 })
    .fault(10_000)
    .probes({ from: 1000, to: 30_000 })
    .endTrial(31_000)
    .finish(32_000)
    .events();
  const sorted = [...events].sort((a, b) => a.t - b.t);
  for (const event of sorted) if (event.t <= ns(ms)) feed.event(event);
  return feed.frame();
}
const node = (frame: ReturnType<typeof frameAt>, name: string) =>
  frame.nodes.find((one) => one.name === name);

test('each stream is a dot at its node; one that was answered at once is none', () => {
  const { dots, nodes, headline } = frameAt(5000);
  assert.is(dots.length, 5);
  const at = dots.map(([, place]) => nodes[place]?.name).sort();
  assert.equal(at, ['preemptible-0', 'preemptible-0', 'stable-0', 'stable-0', 'stable-0']);
  assert.equal([...new Set(dots.map(([, , lost]) => lost))], [0]);
  assert.match(headline, /^trial 1 of \d+ · Cluster$/);
});

test('nodes: as the balancer holds them, what runs on them, and what they carried', () => {
  const frame = frameAt(5000);
  const stable = node(frame, 'stable-0');
  assert.equal([stable?.health, stable?.down], ['green', false]);
  assert.ok((stable?.carried ?? 0) > 4, 'its streams, and the probes');
  assert.ok((stable?.ingress ?? 0) > 0 && (stable?.app ?? 0) > 0);
  assert.equal([node(frame, 'preemptible-0')?.ingress, node(frame, 'preemptible-0')?.carried], [0, 2]);
});

test('a killed node goes dark, and what was lost on it turns red for a while', () => {
  assert.is(node(frameAt(11_000), 'preemptible-0')?.down, true);
  const lost = (ms: number) => frameAt(ms).dots.filter(([, , one]) => one === 1).length;
  assert.equal([lost(14_000), lost(15_500), lost(22_000)], [0, 2, 0]);
});

test('what is waited for, and for how much longer at most', () => {
  let now = ns(1000);
  const feed = uiFeed(basicPlan, () => now);
  assert.is(feed.frame().wait, null);
  feed.wait({ what: 'the streams to end', limitMs: 8000 });
  now = ns(3500);
  assert.equal(feed.frame().wait, { what: 'the streams to end', seconds: 6 });
  now = ns(60_000);
  assert.is(feed.frame().wait?.seconds, 0);
  feed.wait(null);
  assert.is(feed.frame().wait, null);
});

test('the end is reported', () => {
  const feed = uiFeed(basicPlan);
  assert.is(feed.frame().over, false);
  feed.end();
  assert.is(feed.frame().over, true);
});

test.run();
