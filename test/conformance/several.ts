import * as assert from 'uvu/assert';
import { systemClock } from '../../src/base/clock.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import { workloadRestart } from '../../src/changes/kinds/index.ts';
import type { TopologyNode } from '../../src/history/schema.ts';
import { failuresOf } from '../../src/run/changes.ts';
import { rememberPlacement } from '../../src/run/cluster.ts';
import { runState } from '../../src/run/state.ts';
import { knock } from '../support/knock.ts';
import { type Bed, never, type Suite } from './bed.ts';

/** Pods that are replaced one after the other, and nodes that go together. */
export function severalTests(test: Suite, bed: Bed, changes: ChangeLog): void {
  const { plan, first, at, eventually, endpointNodes, ready, answers200 } = bed;
  const undone = async (mark: number) => assert.equal(failuresOf(await changes.unwind(mark, never)), []);
  const podNames = async () => {
    const { items } = await bed.core.listNamespacedPod({ ...bed.workload.ingress });
    return items.flatMap(({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined && status?.phase === 'Running' ? (metadata?.name ?? []) : [],
    );
  };

  test('rollout: every pod is replaced, a new one is ready before an old one goes, and both are back at their places', async () => {
    const before = await podNames();
    const places = (await endpointNodes()).toSorted();
    const { provider, workload, core } = bed;
    const run = { plan, provider, workload, core, clock: systemClock, changes, state: runState() };
    const mark = changes.mark();
    await rememberPlacement(run);
    const { namespace, labelSelector } = workload.ingress;
    let fewest = places.length;
    try {
      await changes.make(workloadRestart, { namespace, labelSelector }, { limitMs: 120_000 });
      await eventually(
        'all are new',
        async () => {
          fewest = Math.min(fewest, (await endpointNodes()).length);
          const now = await podNames();
          return now.length === before.length && !now.some((name) => before.includes(name));
        },
        120_000,
      );
    } finally {
      await undone(mark);
    }
    // maxUnavailable of a Deployment is 25 %, rounded down: none of two.
    assert.is(fewest, places.length, 'never fewer ready pods than before');
    await eventually('at their places', async () => same((await endpointNodes()).toSorted(), places));
    for (const node of bed.withIngress)
      await eventually(`${node.name} answers`, async () => answers200(await at(node)));
  });

  test('power-off of two nodes at once: both silent, both back, each at its own address', async () => {
    const { power } = bed.provider.effects;
    if (power === undefined) throw new Error('the suite needs power over nodes');
    const victims = [first(), bed.victim];
    const silent = async (node: TopologyNode) => (await knock(await at(node), 1500)) === 'silent';
    const mark = changes.mark();
    try {
      await Promise.all(victims.map(({ name }) => changes.make(power, { node: name }, { how: 'off' })));
      assert.equal(await Promise.all(victims.map(silent)), [true, true]);
    } finally {
      await undone(mark);
    }
    for (const { name, address } of victims) {
      const { status } = await bed.core.readNode({ name });
      assert.ok(
        status?.addresses?.some((one) => one.address === address),
        `${name} at its old address`,
      );
    }
    for (const node of victims) {
      assert.is((await ready(node)).status, 'True');
      await eventually(`${node.name} answers`, async () => answers200(await at(node)), 60_000);
    }
  });
}

const same = (found: readonly unknown[], wanted: readonly unknown[]): boolean =>
  found.length === wanted.length && found.every((one, index) => one === wanted[index]);
