import * as assert from 'uvu/assert';
import { monotonic, systemClock } from '../../src/base/clock.ts';
import { nsPerSecond } from '../../src/base/units.ts';
import { faultTraits } from '../../src/catalogue/faults.ts';
import { notices } from '../../src/catalogue/notices.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import type { Silence } from '../../src/changes/effects.ts';
import { performCheck } from '../../src/edge/check.ts';
import { helloAnnotation } from '../../src/edge/hello.ts';
import { faults } from '../../src/faults/index.ts';
import type { TopologyNode } from '../../src/history/schema.ts';
import { failuresOf } from '../../src/run/changes.ts';
import { faultContext, rememberPlacement } from '../../src/run/cluster.ts';
import { runState } from '../../src/run/state.ts';
import { parametersOf } from '../../src/scenario/parameter.ts';
import { knock } from '../support/knock.ts';
import { type Bed, never, pause, type Suite } from './bed.ts';
import { ask, openStream, type Stream } from './client.ts';

/** How nodes and pods end, what their clients see of it, and how they come back. */
export function outageTests(test: Suite, bed: Bed, changes: ChangeLog): void {
  const {
    plan,
    scale,
    allNodes,
    first,
    at,
    on,
    answers200,
    eventually,
    settled,
    localEverywhere,
    endpointStates,
    endpointNodes,
    ready,
  } = bed;
  const { power, killPod } = bed.provider.effects;
  if (power === undefined || killPod === undefined)
    throw new Error('the suite needs power over nodes and pods');
  const undone = async (mark: number) => assert.equal(failuresOf(await changes.unwind(mark, never)), []);
  const silence = async (node: string, how: Silence) => {
    const mark = changes.mark();
    await changes.make(power, { node }, { how });
    return () => undone(mark);
  };

  /** TCP checks of the node port, all at once, as the edge makes them. */
  const checks = async (node: TopologyNode, count: number) => {
    const { host, port } = await at(node);
    const { metadata } = await bed.core.readNode({ name: node.name });
    const hello = helloAnnotation in (metadata?.annotations ?? {});
    const check = { kind: 'tcp', host, port, path: '', timeoutMs: 700 } as const;
    const from = bed.provider.front.checkFrom();
    return Promise.all(
      Array.from({ length: count }, (_, index) =>
        performCheck({ ...check, from, hello: hello ? index : null }),
      ),
    );
  };

  /** Streams through other nodes whose whole path leaves the victim out. */
  const undisturbed = async (nodes: readonly TopologyNode[], victim: TopologyNode): Promise<Stream[]> => {
    const { items } = await bed.core.listNamespacedPod({ ...bed.workload.ingress });
    const on = new Map(items.map((pod) => [pod.metadata?.name, pod.spec?.nodeName]));
    const kept: Stream[] = [];
    for (let turn = 0; turn < 40 && kept.length < 2; turn += 1) {
      const stream = await openStream(await at(nodes[turn % nodes.length] ?? victim), 60_000, 100);
      const uses =
        stream.path.endpointNode === victim.name || on.get(stream.path.ingressPod ?? '') === victim.name;
      if (uses) stream.cancel();
      else kept.push(stream);
    }
    assert.ok(kept.length > 0, 'a stream that leaves the victim out');
    return kept;
  };

  /** The fault of that name on a node, as a run would have it; the pods go back to their places with it. */
  const fault = async (kind: 'preempt' | 'drain', node: TopologyNode) => {
    const { provider, workload, core } = bed;
    const run = { plan, provider, workload, core, clock: systemClock, changes, state: runState() };
    const mark = changes.mark();
    await rememberPlacement(run);
    let began = 0;
    const first = (at: number) => {
      began ||= at;
    };
    const marks = { notice: (_moment: string, at: number) => first(at), began: first, step: first };
    // The plan has no fault of its own: the notice is GKE's, and parameters are what they are if not given.
    const parameters = parametersOf(faultTraits[kind], {});
    const parameter = (name: string) => parameters[name] ?? Number.NaN;
    const context = { ...faultContext(run, never, marks), terms: notices.gke, parameter };
    return {
      inject: () => faults[kind].inject(context, node.name),
      secondsSince: () => ((monotonic.now() - began) / nsPerSecond) * plan.timeScale,
      async recover() {
        await undone(mark);
        await eventually('the node serves', async () => answers200(await at(node)), 60_000);
      },
    };
  };

  test('a killed ingress pod closes its connections at once', async () => {
    await localEverywhere();
    const stream = await openStream(await at(first()), 30_000, 100);
    const { items } = await bed.core.listNamespacedPod({ ...bed.workload.ingress });
    const pod = items.find(({ metadata }) => metadata?.name === stream.path.ingressPod);
    assert.is(pod?.spec?.nodeName, first().name);
    const target = {
      namespace: pod?.metadata?.namespace ?? '',
      name: pod?.metadata?.name ?? '',
      uid: pod?.metadata?.uid ?? '',
      node: first().name,
    };
    await changes.make(killPod, target, {});
    const end = await Promise.race([stream.ended, pause(5000).then(() => 'silence')]);
    stream.cancel();
    assert.ok(end === 'fin' || end === 'reset', `ended by ${end}`);
    await eventually('it is restarted', async () => answers200(await at(first())), 60_000);
  });

  test('unplug: silence, and the node is back at its address afterwards', async () => {
    const stream = await openStream(await at(bed.victim), 20_000, 100);
    const plugIn = await silence(bed.victim.name, 'unplugged');
    await pause(1500);
    assert.ok(!stream.over && stream.silentFor() > 1000, 'the stream is silent, not closed');
    assert.is(await knock(await at(bed.victim), 1500), 'silent');
    stream.cancel();
    await plugIn();
    await eventually('it answers again', async () => answers200(await at(bed.victim)), 60_000);
  });

  test('preempt: notice, pods end in their time and close what they serve, then silence; and back', async () => {
    await localEverywhere();
    const victim = first();
    const stream = await openStream(await at(victim), 120_000, 100);
    const preempt = await fault('preempt', victim);
    const injected = preempt.inject();
    await eventually('NotReady, as the kubelet says', async () => (await ready(victim)).status === 'False');
    await eventually('its endpoint goes', async () => !(await endpointNodes()).includes(victim.name));
    assert.ok(preempt.secondsSince() < 12, 'by its readiness, before its pod is killed at 15 s');
    assert.is.not(await Promise.race([stream.ended, pause(scale(30_000)).then(() => 'silence')]), 'silence');
    await injected;
    assert.ok(preempt.secondsSince() >= 30, `the notice is 30 s, not ${preempt.secondsSince()}`);
    assert.is(await knock(await at(victim), 1500), 'silent');
    await preempt.recover();
    assert.is((await ready(victim)).status, 'True');
    assert.ok((await endpointNodes()).includes(victim.name), 'with its pod');
  });

  test('drain: cordoned and emptied, the node itself lives on; and back', async () => {
    await localEverywhere();
    const victim = first();
    const drain = await fault('drain', victim);
    await drain.inject();
    const unschedulable = async () => (await bed.core.readNode({ name: victim.name })).spec?.unschedulable;
    assert.is(await unschedulable(), true);
    assert.not.ok((await endpointNodes()).includes(victim.name));
    assert.is((await ready(victim)).status, 'True');
    await settled(victim, 'silent');
    assert.is((await ask(on(victim, 10256), { path: '/livez' })).status, 200);
    await drain.recover();
    assert.not.ok(await unschedulable());
    assert.ok((await endpointNodes()).includes(victim.name), 'with its pod');
  });

  test('power-off: silence for old and new connections, NotReady after the grace, endpoints go with it, and back', async () => {
    const victim = first();
    const others = allNodes().filter((node) => node !== victim);
    const through = await openStream(await at(victim), 60_000, 100);
    const aside = await undisturbed(others, victim);
    const began = performance.now();
    const secondsSince = () => ((performance.now() - began) / 1000) * plan.timeScale;
    const { nodeMonitorGraceMs, leaseRenewMs, nodeMonitorPeriodMs } = plan.timers;
    const switchOn = await silence(victim.name, 'off');
    // One pod of two is dead, and Kubernetes does not know yet: what a balancer's check of the node port meets on a node
    // that lives is the luck of kube-proxy's draw, and a new connection likewise.
    const results = await checks(bed.podless, 40);
    assert.is((await endpointStates()).length, 2, 'the endpoints are those of before');
    const failed = results.filter(({ ok }) => !ok);
    assert.ok(failed.length >= 8 && failed.length <= 32, `${failed.length} of 40 checks failed`);
    assert.ok(failed.every(({ detail }) => detail === 'timeout'));
    const { status: atFirst } = await ready(victim);
    // The grace runs from the last renewal, which may have been due just when the power went.
    if (secondsSince() * 1000 < nodeMonitorGraceMs - leaseRenewMs - 1000)
      assert.is(atFirst, 'True', 'Kubernetes does not know yet');
    await pause(1500);
    assert.ok(!through.over && through.silentFor() > 1000, 'no FIN, no RST');
    assert.is(await knock(await at(victim), 1500), 'silent');
    await eventually('NotReady', async () => (await ready(victim)).status !== 'True', 90_000);
    const seconds = secondsSince();
    assert.ok(
      seconds * 1000 > nodeMonitorGraceMs - leaseRenewMs - 1000,
      `not before the grace: ${seconds} s`,
    );
    assert.ok(
      seconds * 1000 < nodeMonitorGraceMs + nodeMonitorPeriodMs + 15_000 * plan.timeScale,
      `${seconds} s`,
    );
    await eventually('its endpoints go', async () => (await endpointStates()).length === 1);
    assert.ok(!through.over, 'still silence');
    for (const stream of aside) assert.ok(!stream.over, 'streams elsewhere go on');
    for (const stream of [through, ...aside]) stream.cancel();
    await switchOn();
    assert.is((await ready(victim)).status, 'True');
    await eventually('both endpoints are back', async () => (await endpointStates()).length === 2, 60_000);
    const { status } = await bed.core.readNode({ name: victim.name });
    assert.ok(
      status?.addresses?.some(({ address }) => address === victim.address),
      'at its old address',
    );
    // A real node is Ready a moment before its own proxy has seen the endpoints again.
    await eventually('it answers', async () => answers200(await at(victim)));
  });
}
