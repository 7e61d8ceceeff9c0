import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { excludeLabel } from '../../../src/kube/names.ts';
import type { SwitchoverContext } from '../../../src/policies/index.ts';
import { exclude } from '../../../src/policies/steps/exclude.ts';
import { flip } from '../../../src/policies/steps/flip.ts';
import { move, secondService } from '../../../src/policies/steps/second-service.ts';
import { gatherIngress, ingressEverywhere, spreadIngress } from '../../../src/policies/steps/spread.ts';
import { presets } from '../../../src/presets/index.ts';
import { balancerWatch } from '../../../src/run/balancer-watch.ts';
import { closing, having, node, rig } from '../../support/switchover-rig.ts';

test('excluded is a node once the balancer dropped it and it was quiet since, not before', async () => {
  const { context, made, at, reconcile, opened } = rig();
  reconcile(0, ['with', 'bare']);
  const evidence = await exclude.make(context);
  assert.equal(made, [`node bare with the label ${excludeLabel}=true, for n/web`]);
  at(50);
  assert.is(evidence?.seen(), false, 'still a target, however quiet');
  reconcile(60, ['with']);
  at(60);
  assert.is(evidence?.seen(), false);
  opened(65, 'bare');
  at(71);
  assert.is(evidence?.seen(), false, 'one more came meanwhile');
  at(75);
  assert.is(evidence?.seen(), true);
});

test('if asked, an excluded node is left only when its last open connection has ended', async () => {
  const { context, at, reconcile, opened, closed, lost } = rig({ awaitEstablished: true });
  reconcile(0, ['with', 'bare']);
  opened(1, 'bare');
  opened(2, 'bare');
  const evidence = await exclude.make(context);
  assert.match(evidence?.what ?? '', /new or open/);
  reconcile(3, ['with']);
  at(3);
  evidence?.seen();
  at(100);
  assert.is(evidence?.seen(), false);
  closed(101, 1, 'bare');
  assert.is(evidence?.seen(), false, 'one of two');
  lost.add('bare');
  assert.is(evidence?.seen(), true, 'of a node that died nobody sees the last one end');
  lost.clear();
  closed(102, 2, 'bare');
  at(103);
  assert.is(evidence?.seen(), true);
});

test('the ingress is everywhere once each node without it has a ready pod', async () => {
  const { context, made, ready } = rig();
  const evidence = await spreadIngress.make(context);
  assert.equal(made, ['DaemonSet n/midflight-extra-ingress']);
  assert.is(evidence?.seen(), false);
  ready.add('bare');
  assert.is(evidence?.seen(), true);
});

test('a node that dies meanwhile is not waited for', async () => {
  const { context, lost } = rig();
  const evidence = await spreadIngress.make(context);
  assert.is(evidence?.seen(), false);
  lost.add('bare');
  assert.is(evidence?.seen(), true);
});

test('a balancer that holds only nodes with a pod must have found the new ones healthy', async () => {
  const { context, ready, reconcile, health, at } = rig({ edge: presets['gke-neg'] });
  reconcile(0, ['with'], 'Local');
  at(10);
  const evidence = await spreadIngress.make(context);
  ready.add('bare');
  reconcile(20, ['bare', 'with'], 'Local');
  assert.is(evidence?.seen(), false);
  health('bare', true);
  assert.is(evidence?.seen(), true);
});

test('the copied pods keep labels that the Service selects, and run on the nodes that lack one, whatever their taints', async () => {
  const manifests: string[] = [];
  const { context } = rig({
    changes: {
      async make(_kind, _target, wanted) {
        manifests.push((wanted as { manifest: string }).manifest);
        return undefined as never;
      },
    },
  });
  await spreadIngress.make(context);
  const { spec } = JSON.parse(manifests[0] ?? '');
  assert.equal(spec.template.metadata.labels, { app: 'ingress', 'midflight.dev/extra-ingress': 'true' });
  assert.equal(spec.selector.matchLabels, { 'midflight.dev/extra-ingress': 'true' });
  assert.is(spec.template.spec.nodeSelector, undefined);
  assert.equal(spec.template.spec.tolerations, [{ operator: 'Exists' }]);
  const [term] =
    spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  assert.equal(term.matchExpressions, [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['bare'] }]);
});

test('extra pods are gone for good when the balancer no longer holds their nodes as healthy', async () => {
  const { context, made, reconcile, health } = rig({
    nodes: async () => [node('with'), node('extra')],
    edge: presets.azure,
  });
  reconcile(0, ['with', 'extra'], 'Local');
  health('with', true);
  health('extra', true);
  const evidence = await gatherIngress.make(context);
  assert.equal(made, ['no DaemonSet n/midflight-extra-ingress']);
  assert.is(evidence?.seen(), false);
  health('extra', false);
  assert.is(evidence?.seen(), true);
});

test('the first balancer is drained when its last connection has ended and none came since', async () => {
  const done: string[] = [];
  const second = balancerWatch();
  const first = balancerWatch();
  const passing = new Set<string>();
  const { context, made, at, lost } = rig({
    second: {
      async begin(service) {
        done.push(`begin ${service}`);
        return second;
      },
      first,
      passes: (node) => passing.has(node),
      moveClients: () => void done.push('move'),
    },
  });
  at(10);
  const ready = await secondService({ final: 'Local' }).make(context);
  assert.equal([made, done], [['Service n/web-second'], ['begin web-second']]);
  assert.is(ready?.seen(), false);
  second.observe({ type: 'reconcile', t: 11, policy: 'Local', healthCheckNodePort: 32_000, nodes: ['with'] });
  second.observe({ type: 'health', t: 12, node: 'with', eligible: true, healthy: true, reason: '' });
  assert.is(ready?.seen(), false, 'no check was seen');
  second.observe({ type: 'check', t: 12, dueAt: 12, node: 'with', ok: true, detail: '', port: 32_000 });
  assert.is(ready?.seen(), false, 'kube-proxy has not programmed the new Service');
  passing.add('with');
  assert.is(ready?.seen(), true, 'a node that is not healthy is not asked for');
  first.observe({ type: 'edge-open', t: 13, conn: 1, client: 'c', node: 'bare' });
  at(20);
  const drained = await move.make(context);
  assert.is(done.at(-1), 'move');
  at(100);
  assert.is(drained?.seen(), false, 'one is open');
  lost.add('bare');
  assert.is(drained?.seen(), true, 'of a node that died nobody sees the last one end');
  lost.clear();
  first.observe({ ...closing, t: 101, conn: 1, node: 'bare' });
  first.observe({ type: 'edge-open', t: 101, conn: 2, client: 'c', node: 'with' });
  first.observe({ ...closing, t: 102, conn: 2, node: 'with' });
  at(103);
  assert.is(drained?.seen(), false, 'one more came just now');
  at(111);
  assert.is(drained?.seen(), true);
});

test('a flip is over when each target was asked on the new port and the verdict agrees', async () => {
  const { context, at, reconcile, health, check } = rig();
  reconcile(0, ['with', 'dead']);
  health('with', true);
  health('dead', true);
  at(10);
  const evidence = await flip({ final: 'Local' }, { pinned: false }).make(context);
  check(11, 'with', true, 10_256);
  check(11, 'dead', true, 10_256);
  assert.is(evidence?.seen(), false, 'the balancer has not followed');
  reconcile(20, ['with', 'dead'], 'Local');
  assert.is(evidence?.seen(), false, 'the old port was asked');
  check(21, 'with', true, 32_000);
  check(21, 'dead', false, 32_000);
  assert.is(evidence?.seen(), false, 'the verdict on one has not turned yet');
  health('dead', false);
  assert.is(evidence?.seen(), true, 'a node that died meanwhile holds nothing up');
});

test('extra pods keep serving until no connections arrive, and then get their own time to end', async () => {
  const podOf = async (more: Partial<SwitchoverContext>, step = spreadIngress) => {
    let manifest = '';
    const changes: SwitchoverContext['changes'] = {
      async make(_kind, _target, wanted) {
        manifest = (wanted as { manifest: string }).manifest;
        return undefined as never;
      },
    };
    await step.make(rig({ changes, ...more }).context);
    const { containers, terminationGracePeriodSeconds } = JSON.parse(manifest).spec.template.spec;
    return [containers[0].lifecycle?.preStop.sleep.seconds, terminationGracePeriodSeconds];
  };
  // Azure takes up to two checks of 5 s that each may time out after 5 s; kube-proxy up to 5 s.
  assert.equal(await podOf({ edge: presets.azure, final: 'Local' }), [25, 55]);
  assert.equal(await podOf({ edge: presets.azure, final: 'Cluster' }), [5, 35]);
  assert.equal(await podOf({ edge: presets.haproxy, final: 'Local' }), [undefined, 30]);
  // Those that stay throughout end as the ingress' own pods do.
  assert.equal(await podOf({ edge: presets.azure, final: 'Local' }, ingressEverywhere), [undefined, 30]);
});

test('all nodes are labelled at once: none waits for the answer of another', async () => {
  let begun = 0;
  const changes: SwitchoverContext['changes'] = {
    async make() {
      begun += 1;
      await new Promise(() => {});
      return undefined as never;
    },
  };
  void exclude.make(rig({ changes, ...having(node('with'), node('bare'), node('bare-2')) }).context);
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(begun, 2);
});

test('at an HTTP balancer each request under way counts as a connection, at the node that it was sent to last', () => {
  const balancer = balancerWatch();
  const about = { request: 1, conn: 1, client: 'c', id: null };
  balancer.observe({ type: 'edge-open', t: 1, conn: 1, client: 'c', node: null, http: true });
  balancer.observe({ type: 'edge-request', t: 2, ...about, node: 'bare' });
  assert.equal([balancer.openConnections('bare'), balancer.lastOpened('bare')], [1, 2]);
  balancer.observe({ type: 'edge-request', t: 3, ...about, node: 'with' });
  assert.equal([balancer.openConnections('bare'), balancer.openConnections('with')], [0, 1]);
  const end = { upstream: null, status: 200, own: null, ended: 'whole', bytesDown: 1 } as const;
  balancer.observe({ type: 'edge-response', t: 4, ...about, node: 'with', ...end });
  assert.equal([balancer.openConnections('with'), balancer.lastOpened('with')], [0, 3]);
});

test.run();
