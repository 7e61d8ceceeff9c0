import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { excludeLabel } from '../../../src/kube/names.ts';
import { type NodeSight, refusalOf, type SwitchoverContext } from '../../../src/policies/index.ts';
import { checkPinnable, forExclusion, keepable } from '../../../src/policies/preconditions.ts';
import { exclude } from '../../../src/policies/steps/exclude.ts';
import { flip } from '../../../src/policies/steps/flip.ts';
import { presets } from '../../../src/presets/index.ts';
import { balancerWatch } from '../../../src/run/balancer-watch.ts';

const node = (name: string, more: Partial<NodeSight> = {}): NodeSight => ({
  name,
  labels: {},
  taints: [],
  unschedulable: false,
  runsIngress: name.startsWith('with'),
  ...more,
});

function rig(more: Partial<SwitchoverContext> = {}) {
  const made: string[] = [];
  let now = 0;
  const balancer = balancerWatch();
  const context: SwitchoverContext = {
    changes: {
      async make(kind, target, wanted) {
        made.push(kind.describe(target, wanted));
        return undefined as never;
      },
    },
    service: { namespace: 'n', name: 'web' },
    edge: presets.haproxy,
    balancer,
    nodes: async () => [node('with'), node('bare')],
    ports: async () => ({ nodePort: 30_080, healthCheckNodePort: 32_000 }),
    now: () => now,
    quietNs: 10,
    ...more,
  };
  return {
    context,
    made,
    at(t: number) {
      now = t;
    },
    reconcile: (t: number, nodes: string[], policy: 'Cluster' | 'Local' = 'Cluster') =>
      balancer.observe({ type: 'reconcile', t, policy, healthCheckNodePort: null, nodes }),
    opened: (t: number, name: string) =>
      balancer.observe({ type: 'edge-open', t, conn: t, client: 'c', node: name }),
    health: (name: string, healthy: boolean) =>
      balancer.observe({ type: 'health', t: now, node: name, eligible: true, healthy, reason: '' }),
    check: (dueAt: number, name: string, ok: boolean, port: number) =>
      balancer.observe({ type: 'check', t: dueAt, dueAt, node: name, ok, detail: '', port }),
  };
}

test('excluded is a node once the balancer dropped it and it was quiet since, not before', async () => {
  const { context, made, at, reconcile, opened } = rig();
  reconcile(0, ['with', 'bare']);
  const evidence = await exclude.make(context);
  assert.equal(made, [`node bare with the label ${excludeLabel}=true`]);
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

const refused = (more: Partial<SwitchoverContext>, conditions = forExclusion) =>
  refusalOf(conditions, rig(more).context);
const having = (...list: NodeSight[]) => ({ nodes: async () => list });

test('what nobody can watch is refused', async () => {
  assert.is(await flip({ final: 'Local' }, { pinned: false }).make(rig({ balancer: null }).context), null);
  assert.match((await refused({ balancer: null })) ?? '', /^refused: nothing shows which nodes/);
});

test('each precondition is named by what is wrong', async () => {
  assert.is(await refused({}), null);
  assert.is(
    await refused(having(node('with'), node('bare', { taints: ['karpenter.sh/disrupted'] }))),
    'refused: node bare is leaving (taint karpenter.sh/disrupted)',
  );
  assert.is(
    await refused(having(node('with'), node('bare', { unschedulable: true }))),
    'refused: node bare is leaving (it is cordoned)',
  );
  assert.is(await refused({ edge: presets.azure }), `refused: azure ignores the label ${excludeLabel}`);
  assert.match(
    (await refused(having(node('with'), node('bare', { labels: { [excludeLabel]: 'false' } })))) ?? '',
    /^refused: node bare has the label .*=false/,
  );
  assert.is(
    await refused(having(node('with', { labels: { [excludeLabel]: 'true' } }), node('with-2'))),
    'refused: node with runs an ingress pod and is excluded',
  );
  assert.is(await refused(having(node('bare'))), 'refused: no target runs an ingress pod');
  assert.match(
    (await refused({ edge: presets.octavia }, [checkPinnable])) ?? '',
    /^refused: the health check/,
  );
  assert.is(
    await refused({ edge: presets.octavia }, [keepable]),
    'refused: octavia leaves open connections alone already',
  );
});

test.run();
