import * as assert from 'uvu/assert';
import { systemClock } from '../../src/base/clock.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import {
  nodeDeletion,
  nodeLabel,
  nodeTaint,
  podDeletion,
  workloadScale,
} from '../../src/changes/kinds/index.ts';
import { faults } from '../../src/faults/index.ts';
import type { TopologyNode } from '../../src/history/schema.ts';
import { autoscalerTaint, excludeLabel } from '../../src/kube/names.ts';
import { isReadyPod } from '../../src/kube/pods.ts';
import { failuresOf } from '../../src/run/changes.ts';
import { rememberPlacement } from '../../src/run/cluster.ts';
import { runState } from '../../src/run/state.ts';
import { type Bed, never, type Suite } from './bed.ts';
import { ask, openStream } from './client.ts';

/** What an operator, an autoscaler or a broken daemon does to a cluster that lives. */
export function incidentTests(test: Suite, bed: Bed, changes: ChangeLog): void {
  const { plan, allNodes, at, on, ready, settled, eventually, localEverywhere, endpointNodes } = bed;
  const run = () => {
    const { provider, workload, core } = bed;
    return { plan, provider, workload, core, clock: systemClock, changes, state: runState() };
  };
  const undone = async (mark: number) => assert.equal(failuresOf(await changes.unwind(mark, never)), []);
  /** With the pods back at their places in the end. */
  const during = async (change: () => Promise<void>) => {
    const mark = changes.mark();
    await rememberPlacement(run());
    try {
      await change();
    } finally {
      await undone(mark);
    }
  };

  test('scale: the pods that are too many end in order, the node of one is silent under Local; none left refuses; and back', async () => {
    await localEverywhere();
    const to = (replicas: number) => {
      const { namespace, labelSelector } = bed.workload.ingress;
      return changes.make(workloadScale, { namespace, labelSelector }, { replicas, limitMs: 120_000 });
    };
    const before = (await endpointNodes()).toSorted();
    await during(async () => {
      await to(1);
      await eventually('one endpoint is left', async () => (await endpointNodes()).length === 1);
      const [left] = await endpointNodes();
      const without = bed.withIngress.filter(({ name }) => name !== left);
      for (const node of without) await settled(node, 'silent');
      await to(0);
      await eventually('no endpoint is left', async () => (await endpointNodes()).length === 0);
      for (const node of allNodes()) await settled(node, 'refused');
    });
    assert.equal((await endpointNodes()).toSorted(), before);
    const answers = async (node: TopologyNode) => (await ask(await at(node), {})).status === 200;
    for (const node of bed.withIngress)
      await eventually(`${node.name} answers`, () => answers(node).catch(() => false));
  });

  // What follows is the same in every mode of kube-proxy, and takes minutes on kind: the first mode is enough.
  if (plan.kubeProxyMode === 'nftables') return;

  test('kubelet-stop: streams go on, NotReady after the grace, its endpoint goes, kube-proxy serves on; and back', async () => {
    await localEverywhere();
    const victim = bed.first();
    const { stopKubelet } = bed.provider.effects;
    if (stopKubelet === undefined) throw new Error('the suite needs power over kubelets');
    const stream = await openStream(await at(victim), 150_000, 100);
    await during(async () => {
      const began = performance.now();
      const secondsSince = () => ((performance.now() - began) / 1000) * plan.timeScale;
      await changes.make(stopKubelet, { node: victim.name }, {});
      await eventually('NotReady', async () => (await ready(victim)).status === 'Unknown', 90_000);
      const { nodeMonitorGraceMs, leaseRenewMs } = plan.timers;
      assert.ok(secondsSince() * 1000 > nodeMonitorGraceMs - leaseRenewMs - 1000, `${secondsSince()} s`);
      await eventually('its endpoint goes', async () => !(await endpointNodes()).includes(victim.name));
      await settled(victim, 'silent'); // under Local: kube-proxy has followed
      assert.is((await ask(on(victim, 10256), { path: '/healthz' })).status, 200);
      assert.ok(!stream.over && stream.silentFor() < 2000, 'the stream goes on');
    });
    stream.cancel();
    assert.is((await ready(victim)).status, 'True');
    await eventually('its endpoint is back', async () => (await endpointNodes()).includes(victim.name));
  });

  test('scale-down: with the taint :10256/healthz is 503, the node serves on; its Node goes once it is NotReady; and back', async () => {
    const { victim } = bed;
    const { power } = bed.provider.effects;
    if (power === undefined) throw new Error('the suite needs power over nodes');
    const labelsOf = async () => (await bed.core.readNode({ name: victim.name })).metadata?.labels;
    const labels = await labelsOf();
    const health = async (path: string) => (await ask(on(victim, 10256), { path })).status;
    await during(async () => {
      const target = { node: victim.name, key: autoscalerTaint, effect: 'NoSchedule' } as const;
      await changes.make(nodeTaint, target, { text: '1' });
      await eventually('healthz is 503', async () => (await health('/healthz')) === 503);
      assert.is(await health('/livez'), 200);
      assert.is((await ask(await at(victim), {})).status, 200);
      await changes.make(power, { node: victim.name }, { how: 'off' });
      await changes.make(nodeDeletion, { node: victim.name }, { limitMs: 120_000 });
      const { items } = await bed.core.listNode();
      assert.not.ok(items.some(({ metadata }) => metadata?.name === victim.name));
    });
    assert.is((await ready(victim)).status, 'True');
    for (const [label, value] of Object.entries(labels ?? {})) assert.is((await labelsOf())?.[label], value);
    await eventually('healthz is 200', async () => (await health('/healthz').catch(() => 0)) === 200);
    await eventually('it answers', async () => bed.answers200(await at(victim)));
  });

  test('rules-stale: a node still sends to a pod that has ended, its health check does not show it; and back', async () => {
    const { freezeRules } = bed.provider.effects;
    if (freezeRules === undefined) {
      assert.is.not(bed.provider.name, 'embedded', 'kind cannot, by its reason in the refusal');
      return;
    }
    const stale = bed.podless;
    const [other] = bed.withIngress;
    const { items } = await bed.core.listNamespacedPod({ ...bed.workload.ingress });
    // A pod that a node's shutdown has ended stays in the API as Failed.
    const pod = items.find(isReadyPod);
    const { name = '', namespace = '', uid = '' } = pod?.metadata ?? {};
    const failing = async (node: TopologyNode) => {
      const where = await at(node);
      const answers = await Promise.all(Array.from({ length: 20 }, () => bed.answers200(where)));
      return answers.filter((ok) => !ok).length;
    };
    await during(async () => {
      await changes.make(freezeRules, { node: stale.name }, {});
      const target = { namespace, name, uid, node: pod?.spec?.nodeName ?? '' };
      await changes.make(podDeletion, target, { graceSeconds: null, limitMs: 120_000 });
      await eventually('the new one is ready', async () => (await endpointNodes()).length === 2);
      if (other !== undefined)
        await eventually('another node follows', async () => (await failing(other)) === 0);
      const failed = await failing(stale);
      assert.ok(failed > 0 && failed < 20, `${failed} of 20: one of two pods`);
      assert.is((await ask(on(stale, 10256), { path: '/healthz' })).status, 200);
    });
    await eventually('all answer again', async () => (await failing(stale)) === 0);
  });

  test('node-add: the exclude label changes nothing on the node itself, and goes again', async () => {
    const node = bed.podless;
    const excluded = async () =>
      (await bed.core.readNode({ name: node.name })).metadata?.labels?.[excludeLabel];
    await during(async () => {
      await faults['node-add'].prepare?.(changes, node.name);
      assert.is(await excluded(), 'true');
      assert.is((await ask(await at(node), {})).status, 200, 'it serves: only balancers leave it out');
      await changes.make(nodeLabel, { node: node.name, label: excludeLabel }, { text: null });
      assert.is(await excluded(), undefined);
    });
    assert.is(await excluded(), undefined);
  });
}
