import * as assert from 'uvu/assert';
import type { TopologyNode } from '../../src/history/schema.ts';
import { ports } from '../../src/workload/manifests.ts';
import { knock } from '../support/knock.ts';
import { type Bed, merge, type Suite } from './bed.ts';
import { ask, openStream } from './client.ts';

/** Which node and pod serve a connection under each policy, and what else kube-proxy answers. */
export function trafficTests(test: Suite, bed: Bed): void {
  const {
    allNodes,
    first,
    clientAddress,
    service,
    patchService,
    setPolicy,
    at,
    on,
    eventually,
    settled,
    counts,
    localEverywhere,
    endpointStates,
  } = bed;
  const podsSeen = async (node: TopologyNode, times: number) => {
    const seen = new Set<string | null | undefined>();
    const where = await at(node);
    for (let turn = 0; turn < times; turn += 1) seen.add((await ask(where)).path?.ingressPod);
    return seen.size;
  };

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

  test('internalTrafficPolicy: Local changes nothing for connections from outside', async () => {
    await patchService({ internalTrafficPolicy: 'Local' });
    try {
      // kube-proxy writes its rules at most once a second: that is over by then.
      for (const until = performance.now() + bed.scale(3000) + 1000; performance.now() < until; )
        assert.is((await ask(await at(bed.podless))).status, 200);
      await eventually('both pods to serve', async () => (await podsSeen(bed.podless, 30)) === 2);
    } finally {
      await patchService({ internalTrafficPolicy: 'Cluster' });
    }
  });

  test('node ports are not subject to loadBalancerSourceRanges', async () => {
    await patchService({ loadBalancerSourceRanges: ['192.0.2.0/24'] });
    try {
      // kube-proxy writes its rules at most once a second: that is over by then.
      for (const until = performance.now() + bed.scale(3000) + 1000; performance.now() < until; )
        for (const node of allNodes()) assert.is((await ask(await at(node))).status, 200, node.name);
    } finally {
      await patchService({ loadBalancerSourceRanges: null });
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

  test('several ports: each node port leads to its own port of the pods, and a pod counts once at the health check', async () => {
    const before = (await service()).spec?.ports ?? [];
    const ping = { name: 'ping', port: 8082, targetPort: ports.ping, protocol: 'TCP' };
    await patchService({ ports: [...before, ping] });
    try {
      const number = (await service()).spec?.ports?.find(({ name }) => name === ping.name)?.nodePort ?? 0;
      const pinged = (node: TopologyNode) =>
        ask(on(node, number), { path: '/ping' }).then(
          ({ status, body }) => `${status} ${body}`,
          () => 'nothing',
        );
      for (const node of allNodes()) {
        await eventually(
          `${node.name} to pass on to the other port`,
          async () => (await pinged(node)) === '200 OK',
        );
        assert.is((await ask(await at(node))).status, 200, node.name);
      }
      await localEverywhere(); // its health check counts one endpoint on each node with a pod
      assert.is(await pinged(first()), '200 OK');
      assert.is(await knock(on(bed.podless, number), 700), 'silent');
    } finally {
      await setPolicy('Cluster');
      await patchService({ ports: before });
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
      const local = bed.withIngress.includes(node) ? 1 : 0;
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
    for (const { ended } of before) assert.is(await ended, 'completed');
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
}
