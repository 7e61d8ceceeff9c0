import {
  AppsV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic, systemClock } from '../../src/base/clock.ts';
import { nsPerSecond } from '../../src/base/units.ts';
import { notices } from '../../src/catalogue/notices.ts';
import type { Silence } from '../../src/changes/effects.ts';
import { performCheck } from '../../src/edge/check.ts';
import { helloAnnotation } from '../../src/edge/hello.ts';
import { faults } from '../../src/faults/index.ts';
import type { TopologyNode } from '../../src/history/schema.ts';
import type { Plan } from '../../src/plan/schema.ts';
import type { EdgeFront, Provider, Workload } from '../../src/providers/provider.ts';
import { failuresOf, openChanges } from '../../src/run/changes.ts';
import { faultContext, rememberPlacement } from '../../src/run/cluster.ts';
import { journalSomewhere } from '../support/changes.ts';
import { ask, knock, openStream, type Stream, type Where } from './client.ts';

/*
 * Every semantic of the design that decides a figure, asked of a provider through its interface and Kubernetes' API
 * alone. The same suite runs on processes and on a real cluster.
 */

interface Bed {
  readonly plan: Plan;
  readonly provider: Provider<EdgeFront>;
  readonly workload: Workload;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly withIngress: readonly TopologyNode[];
  readonly podless: TopologyNode;
}

const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
const never = new AbortController().signal;

/** Registers the suite's tests for one provider. `up` may take its time; `down` always runs. */
export function conformance(name: string, plan: Plan, makeProvider: () => Provider<EdgeFront>): void {
  const test = suite(name);
  const provider = makeProvider();
  const changes = openChanges(journalSomewhere(), { plan, provider, clock: systemClock, signal: never });
  const { power, killPod } = provider.effects;
  if (power === undefined || killPod === undefined)
    throw new Error('the suite needs power over nodes and pods');
  const silence = async (node: string, how: Silence) => {
    const mark = changes.mark();
    await changes.make(power, { node }, { how });
    return () => undone(mark);
  };
  const undone = async (mark: number) => assert.equal(failuresOf(await changes.unwind(mark, never)), []);
  const failures: string[] = [];
  let bed: Bed;
  const scale = (clusterMs: number) => clusterMs / plan.timeScale;

  test.before(async () => {
    const events = {
      progress: () => {},
      failed: (instrument: string, reason: string) => failures.push(`${instrument}: ${reason}`),
      note: () => {},
      event: () => {},
    };
    await provider.cluster.open(plan, events, never, changes);
    const workload = await provider.workload.ready(plan, never);
    const kube = provider.cluster.kubeConfig();
    const core = kube.makeApiClient(CoreV1Api);
    const nodes = provider.cluster.nodes().filter((node) => !node.controlPlane);
    const { items } = await core.listNamespacedPod({ ...workload.ingress });
    const holders = new Set(items.map((pod) => pod.spec?.nodeName));
    const podless = nodes.find((node) => !holders.has(node.name));
    if (podless === undefined) throw new Error('the bed needs a node without ingress');
    bed = {
      plan,
      provider,
      workload,
      core,
      apps: kube.makeApiClient(AppsV1Api),
      discovery: kube.makeApiClient(DiscoveryV1Api),
      withIngress: nodes.filter((node) => holders.has(node.name)),
      podless,
    };
  });
  test.after(async () => {
    await provider.down();
    await undone(0);
    changes.close();
  });
  test.before.each(async () => {
    const port = (await service()).spec?.healthCheckNodePort ?? 0;
    await setPolicy('Cluster');
    if (port > 0)
      for (const node of allNodes())
        await eventually(
          `${node.name} follows`,
          async () => (await knock(on(node, port), 700)) === 'refused',
        );
    await eventually('every node answers', async () => {
      const answers = await Promise.all(allNodes().map(async (node) => answers200(await at(node))));
      return answers.every(Boolean);
    });
  });

  const allNodes = () => [...bed.withIngress, bed.podless];
  const service = () => bed.core.readNamespacedService({ ...bed.workload.service });
  const setPolicy = async (policy: 'Cluster' | 'Local') => {
    await bed.core.patchNamespacedService(
      { ...bed.workload.service, body: { spec: { externalTrafficPolicy: policy } } },
      merge,
    );
  };
  const at = async (node: TopologyNode): Promise<Where> => {
    const { spec } = await service();
    return on(node, spec?.ports?.[0]?.nodePort ?? 0);
  };
  const on = (node: TopologyNode, port: number): Where => ({
    host: node.address,
    port,
    localAddress: bed.provider.host.clients()[0],
    hostname: bed.workload.hostname,
  });
  const answers200 = (where: Where) =>
    ask(where, { limitMs: 2000 }).then(
      ({ status }) => status === 200,
      () => false,
    );
  const settled = (node: TopologyNode, word: string) =>
    eventually(
      `${node.name} to be ${word} to new connections`,
      async () => (await knock(await at(node), 700)) === word,
    );
  /** Each node's service proxy follows at its own time; its health check counts only what its rules already hold. */
  const localEverywhere = async () => {
    await setPolicy('Local');
    await settled(bed.podless, 'silent');
    const port = (await service()).spec?.healthCheckNodePort ?? 0;
    for (const node of bed.withIngress) await eventually(`${node.name} follows`, () => counts(node, port, 1));
  };
  const counts = (node: TopologyNode, port: number, localEndpoints: number) =>
    ask(on(node, port), { path: '/healthz' }).then(
      ({ status }) => status === (localEndpoints > 0 ? 200 : 503),
      () => false,
    );
  const first = () => bed.withIngress[0] ?? bed.podless;
  const clientAddress = () => bed.provider.host.clients()[0];

  test('under Cluster any node answers, also one without a pod', async () => {
    for (const node of allNodes()) {
      const answer = await ask(await at(node));
      assert.is(answer.status, 200);
      assert.ok(
        bed.withIngress.some(({ name }) => name === answer.path?.endpointNode),
        'a node that runs the app',
      );
    }
  });

  test('under Cluster a random endpoint anywhere serves, not only the local one', async () => {
    // Each node's service proxy gets to know a ready pod at its own time, so ask until it has.
    await eventually('both pods to serve through one node', async () => (await podsSeen(first(), 30)) === 2);
  });

  const patchService = (spec: Record<string, unknown>) =>
    bed.core.patchNamespacedService({ ...bed.workload.service, body: { spec } }, merge);
  const podsSeen = async (node: TopologyNode, times: number) => {
    const seen = new Set<string | null | undefined>();
    const where = await at(node);
    for (let turn = 0; turn < times; turn += 1) seen.add((await ask(where)).path?.ingressPod);
    return seen.size;
  };

  test('sessionAffinity: ClientIP ties a client to one pod, node by node', async () => {
    await patchService({
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
    });
    try {
      await eventually('one pod for one client', async () => (await podsSeen(bed.podless, 15)) === 1);
      assert.is(await podsSeen(bed.podless, 15), 1);
    } finally {
      await patchService({ sessionAffinity: 'None', sessionAffinityConfig: null });
      await eventually('any pod again', async () => (await podsSeen(bed.podless, 15)) === 2);
    }
  });

  test('trafficDistribution: PreferSameNode keeps a connection on a node with a pod, and spreads elsewhere', async () => {
    await patchService({ trafficDistribution: 'PreferSameNode' });
    try {
      await eventually('its own pod only', async () => (await podsSeen(first(), 15)) === 1);
      assert.is(await podsSeen(bed.podless, 30), 2, 'no pod is preferred where none is');
    } finally {
      await patchService({ trafficDistribution: null });
      await eventually('any pod again', async () => (await podsSeen(first(), 15)) === 2);
    }
  });

  test('under Local a node without an ingress pod is silent to new connections, one with a pod answers itself', async () => {
    await localEverywhere();
    const { items } = await bed.core.listNamespacedPod({ ...bed.workload.ingress });
    for (const node of bed.withIngress) {
      for (let turn = 0; turn < 5; turn += 1) {
        const { path } = await ask(await at(node));
        const pod = items.find(({ metadata }) => metadata?.name === path?.ingressPod);
        assert.is(pod?.spec?.nodeName, node.name);
      }
    }
  });

  test('the health check node port exists only under Local and counts the local endpoints', async () => {
    assert.not.ok((await service()).spec?.healthCheckNodePort);
    await setPolicy('Local');
    const port = (await service()).spec?.healthCheckNodePort ?? 0;
    assert.ok(port > 0);
    await eventually('both answers', async () => (await knock(on(bed.podless, port), 700)) === 'answered');
    for (const node of allNodes()) {
      const local = node === bed.podless ? 0 : 1;
      await eventually(`${node.name} counts`, () => counts(node, port, local));
      const answer = await ask(on(node, port), { path: '/healthz' });
      const { namespace, name } = bed.workload.service;
      assert.equal(JSON.parse(answer.body), {
        service: { namespace, name },
        localEndpoints: local,
        serviceProxyHealthy: true,
      });
      assert.is(answer.headers['content-type'], 'application/json');
      assert.is(answer.headers['x-content-type-options'], 'nosniff');
      assert.is(answer.headers['x-load-balancing-endpoint-weight'], String(local));
    }
    await setPolicy('Cluster');
    await eventually('it goes', async () => (await knock(on(first(), port), 700)) === 'refused');
  });

  test("kube-proxy's own health answers on :10256 on every node", async () => {
    for (const node of allNodes()) {
      const { status, body } = await ask(on(node, 10256), { path: '/healthz' });
      assert.is(status, 200);
      assert.ok('lastUpdated' in JSON.parse(body));
    }
  });

  test('established streams survive both flips, also on a node without a pod', async () => {
    const duration = 4000;
    const hold = async () =>
      Promise.all(allNodes().map(async (node) => openStream(await at(node), duration, 100)));
    const before = await hold();
    await localEverywhere();
    assert.equal(await Promise.all(before.map(({ ended }) => ended)), [
      'completed',
      'completed',
      'completed',
    ]);
    const local = await Promise.all(
      bed.withIngress.map(async (node) => openStream(await at(node), duration, 100)),
    );
    await setPolicy('Cluster');
    await settled(bed.podless, 'answered');
    assert.equal(await Promise.all(local.map(({ ended }) => ended)), ['completed', 'completed']);
  });

  test("under Cluster the ingress sees a node's address, under Local the client's", async () => {
    const seen = new Map<string, Set<string | null>>();
    const look = async (key: string, node: TopologyNode) => {
      const sources = seen.get(key) ?? new Set();
      for (let turn = 0; turn < 20; turn += 1) sources.add((await ask(await at(node))).path?.source ?? null);
      seen.set(key, sources);
    };
    await look('cross', bed.podless);
    await look('same or cross', first());
    await localEverywhere();
    await look('local', first());
    assert.equal([...(seen.get('cross') ?? [])], [bed.podless.address], 'SNAT to the transit node');
    const [localSource] = seen.get('local') ?? [];
    assert.is(seen.get('local')?.size, 1);
    if (clientAddress() !== undefined) assert.is(localSource, clientAddress());
    assert.not.ok(seen.get('same or cross')?.has(localSource ?? ''), 'never the client under Cluster');
    assert.ok(
      (seen.get('same or cross')?.size ?? 0) === 2,
      'its own address across nodes, its bridge for a local pod',
    );
  });

  test('a client cannot choose its address by X-Forwarded-For', async () => {
    await localEverywhere();
    const { path } = await ask(await at(first()), { headers: { 'x-forwarded-for': '203.0.113.9' } });
    assert.is.not(path?.source, '203.0.113.9');
  });

  test('terminating endpoints that still serve are used when no ready one is left; none at all refuses', async () => {
    const { namespace } = bed.workload.service;
    const [deployment] = (await bed.apps.listNamespacedDeployment({ ...bed.workload.ingress })).items;
    const name = deployment?.metadata?.name ?? '';
    const replicas = deployment?.spec?.replicas ?? 0;
    const resize = (count: number) =>
      bed.apps.patchNamespacedDeployment({ namespace, name, body: { spec: { replicas: count } } }, merge);
    try {
      await resize(0);
      await eventually('only terminating endpoints', async () =>
        (await endpointStates()).every((state) => state === 'terminating'),
      );
      assert.is((await ask(await at(bed.podless))).status, 200);
      await eventually('no endpoint', async () => (await endpointStates()).length === 0, 60_000);
      for (const node of allNodes()) await settled(node, 'refused');
    } finally {
      await resize(replicas);
      await eventually(
        'ingress is back',
        async () => {
          const states = await endpointStates();
          return states.length === replicas && states.every((state) => state === 'ready');
        },
        60_000,
      );
    }
  });

  const endpointStates = async () => {
    const { namespace, name } = bed.workload.service;
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const { items } = await bed.discovery.listNamespacedEndpointSlice({ namespace, labelSelector });
    return items
      .flatMap((slice) => slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready || conditions?.serving)
      .map(({ conditions }) =>
        conditions?.ready ? 'ready' : conditions?.terminating ? 'terminating' : 'unready',
      );
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
    const stream = await openStream(await at(bed.podless), 20_000, 100);
    const plugIn = await silence(bed.podless.name, 'unplugged');
    await pause(1500);
    assert.ok(!stream.over && stream.silentFor() > 1000, 'the stream is silent, not closed');
    assert.is(await knock(await at(bed.podless), 1500), 'silent');
    stream.cancel();
    await plugIn();
    await eventually('it answers again', async () => answers200(await at(bed.podless)), 60_000);
  });

  /** The fault of that name on a node, as a run would have it; the pods go back to their places with it. */
  const fault = async (kind: 'preempt' | 'drain', node: TopologyNode) => {
    const { provider, workload, core } = bed;
    const run = { plan, provider, workload, core, clock: systemClock, changes };
    const mark = changes.mark();
    await rememberPlacement(run);
    let began = 0;
    const first = (at: number) => {
      began ||= at;
    };
    const marks = { notice: (_moment: string, at: number) => first(at), began: first };
    // The plan has no fault of its own: the notice is GKE's.
    const context = { ...faultContext(run, never, marks), terms: notices.gke };
    return {
      inject: () => faults[kind].inject(context, node.name),
      secondsSince: () => ((monotonic.now() - began) / nsPerSecond) * plan.timeScale,
      async recover() {
        await undone(mark);
        await eventually('the node serves', async () => answers200(await at(node)), 60_000);
      },
    };
  };
  const endpointNodes = async () => {
    const { namespace, name } = bed.workload.service;
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const { items } = await bed.discovery.listNamespacedEndpointSlice({ namespace, labelSelector });
    const ready = items.flatMap((slice) => slice.endpoints ?? []).filter((one) => one.conditions?.ready);
    return ready.map(({ nodeName }) => nodeName);
  };

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

  const ready = async (node: TopologyNode) => {
    const { status } = await bed.core.readNode({ name: node.name });
    const condition = status?.conditions?.find(({ type }) => type === 'Ready');
    return { status: condition?.status ?? 'Unknown' };
  };

  const eventually = async (what: string, done: () => Promise<boolean>, limitMs = scale(30_000) + 15_000) => {
    for (const began = performance.now(); performance.now() - began < limitMs; await pause(100)) {
      if (await done()) return;
    }
    assert.unreachable(`waited in vain: ${what}`);
  };

  // Last, and not after each: a hook that throws after a failed test ends uvu's run without a word.
  test('nothing of the provider failed unasked meanwhile', () => assert.equal(failures, []));

  test.run();
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
