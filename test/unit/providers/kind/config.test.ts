import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Plan } from '../../../../src/plan/schema.ts';
import { baseConfig, hashOf, kindConfigOf } from '../../../../src/providers/kind/config.ts';
import { kindPlan } from '../../../support/kind-plan.ts';

const patches = z.array(z.string().transform((text) => z.record(z.string(), z.unknown()).parse(parse(text))));
const kindConfig = z.looseObject({
  nodes: z.array(
    z.looseObject({
      role: z.string(),
      labels: z.record(z.string(), z.string()).optional(),
      kubeadmConfigPatches: patches.optional(),
    }),
  ),
  networking: z.record(z.string(), z.unknown()),
  kubeadmConfigPatches: patches,
});

const configOf = (plan: Plan, base = baseConfig()) => kindConfig.parse(parse(kindConfigOf(plan, base)));

/** The patch of this kind; there is one. */
function patchOf(plan: Plan, kind: string) {
  const found = configOf(plan).kubeadmConfigPatches.filter((patch) => patch.kind === kind);
  assert.is(found.length, 1, `patches of ${kind}`);
  return found[0];
}

const withTimers = (timers: Partial<Plan['timers']>, more: Partial<Plan> = {}): Plan => {
  const plan = kindPlan();
  return { ...plan, ...more, timers: { ...plan.timers, ...timers } };
};

test('one control plane as the file has it, and a worker for each node of the plan, in its order', () => {
  const plan = kindPlan();
  const { nodes } = configOf(plan);
  assert.equal(
    nodes.map(({ role }) => role),
    ['control-plane', 'worker', 'worker', 'worker'],
  );
  assert.equal(
    nodes.slice(1).map(({ labels }) => labels?.['midflight.dev/pool']),
    plan.nodes.map(({ pool }) => pool),
  );
  assert.is(nodes[1]?.labels?.pool, 'stable');
});

test('a worker carries the labels of its node, but for the hostname, which the kubelet sets', () => {
  const plan = kindPlan();
  const { nodes } = configOf(plan);
  for (const [index, planned] of plan.nodes.entries()) {
    assert.ok('kubernetes.io/hostname' in planned.labels, 'the plan has it');
    const { 'kubernetes.io/hostname': _own, ...labels } = planned.labels;
    assert.equal(nodes[index + 1]?.labels, labels);
  }
});

test('a node with taints registers with them; one without is left as it is', () => {
  const plan = kindPlan();
  const taint = { key: 'pool', value: 'spot', effect: 'NoSchedule' };
  const [first, ...others] = plan.nodes;
  assert.ok(first !== undefined);
  const { nodes } = configOf({
    ...plan,
    nodes: [{ ...first, taints: [taint] }, ...others.map((node) => ({ ...node, taints: [] }))],
  });
  assert.equal(nodes[1]?.kubeadmConfigPatches, [
    { kind: 'JoinConfiguration', nodeRegistration: { taints: [taint] } },
  ]);
  for (const node of nodes.slice(2)) assert.is(node.kubeadmConfigPatches, undefined);
});

test("Kubernetes' timers are the components' own settings, the defaults written out", () => {
  const plan = kindPlan();
  assert.equal(patchOf(plan, 'ClusterConfiguration'), {
    kind: 'ClusterConfiguration',
    controllerManager: {
      extraArgs: { 'node-monitor-grace-period': '50s', 'node-monitor-period': '5s' },
    },
    apiServer: {
      extraArgs: {
        'default-not-ready-toleration-seconds': '300',
        'default-unreachable-toleration-seconds': '300',
      },
    },
  });
  // A quarter of it is the 10 s in which leases are renewed.
  assert.is(patchOf(plan, 'KubeletConfiguration')?.nodeLeaseDurationSeconds, 40);
  assert.equal(patchOf(plan, 'KubeProxyConfiguration')?.[plan.kubeProxyMode], { minSyncPeriod: '1s' });
});

test('each timer of a plan reaches its own setting', () => {
  const plan = withTimers({
    nodeMonitorGraceMs: 20_000,
    nodeMonitorPeriodMs: 2000,
    leaseRenewMs: 3000,
    podEvictionMs: 45_000,
    proxyMinSyncMs: 7000,
  });
  assert.equal(patchOf(plan, 'ClusterConfiguration'), {
    kind: 'ClusterConfiguration',
    controllerManager: {
      extraArgs: { 'node-monitor-grace-period': '20s', 'node-monitor-period': '2s' },
    },
    apiServer: {
      extraArgs: {
        'default-not-ready-toleration-seconds': '45',
        'default-unreachable-toleration-seconds': '45',
      },
    },
  });
  assert.is(patchOf(plan, 'KubeletConfiguration')?.nodeLeaseDurationSeconds, 12);
  assert.equal(patchOf(plan, 'KubeProxyConfiguration')?.[plan.kubeProxyMode], { minSyncPeriod: '7s' });
});

test('less than a second is rounded up to one if 0 would mean never or the default; immediate eviction stays immediate', () => {
  const plan = withTimers({
    nodeMonitorGraceMs: 300,
    nodeMonitorPeriodMs: 0,
    leaseRenewMs: 50,
    podEvictionMs: 0,
    proxyMinSyncMs: 1,
  });
  const { controllerManager, apiServer } = patchOf(plan, 'ClusterConfiguration') ?? {};
  assert.equal(controllerManager, {
    extraArgs: { 'node-monitor-grace-period': '1s', 'node-monitor-period': '1s' },
  });
  assert.equal(apiServer, {
    extraArgs: {
      'default-not-ready-toleration-seconds': '0',
      'default-unreachable-toleration-seconds': '0',
    },
  });
  assert.is(patchOf(plan, 'KubeletConfiguration')?.nodeLeaseDurationSeconds, 1);
  assert.equal(patchOf(plan, 'KubeProxyConfiguration')?.[plan.kubeProxyMode], { minSyncPeriod: '1s' });
});

for (const kubeProxyMode of ['iptables', 'nftables'] as const)
  test(`kube-proxy's mode ${kubeProxyMode} is that of the network and of its timer`, () => {
    const plan = { ...kindPlan(), kubeProxyMode };
    assert.is(configOf(plan).networking.kubeProxyMode, kubeProxyMode);
    assert.equal(patchOf(plan, 'KubeProxyConfiguration'), {
      kind: 'KubeProxyConfiguration',
      [kubeProxyMode]: { minSyncPeriod: '1s' },
    });
  });

test('the contents of the configuration file are kept; its worker is the pattern for every node of the plan', () => {
  const base = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - { role: control-plane, image: own, extraPortMappings: [{ containerPort: 80, hostPort: 8080 }] }
  - role: worker
    extraMounts: [{ hostPath: /data, containerPath: /data }]
    kubeadmConfigPatches: ["kind: JoinConfiguration\\n"]
networking: { podSubnet: 10.10.0.0/16 }
containerdConfigPatches: ["[plugins]"]
kubeadmConfigPatches: ["kind: InitConfiguration\\n"]
`;
  const plan = kindPlan();
  const config = configOf(plan, base);
  assert.equal(config.nodes[0], {
    role: 'control-plane',
    image: 'own',
    extraPortMappings: [{ containerPort: 80, hostPort: 8080 }],
  });
  assert.is(config.nodes.length, 1 + plan.nodes.length);
  for (const [index, node] of config.nodes.slice(1).entries()) {
    assert.equal(node.extraMounts, [{ hostPath: '/data', containerPath: '/data' }]);
    assert.is(node.kubeadmConfigPatches?.[0]?.kind, 'JoinConfiguration');
    assert.is(node.labels?.['midflight.dev/pool'], plan.nodes[index]?.pool);
  }
  assert.equal(config.networking, { podSubnet: '10.10.0.0/16', kubeProxyMode: plan.kubeProxyMode });
  assert.equal(config.containerdConfigPatches, ['[plugins]']);
  assert.is(config.kubeadmConfigPatches[0]?.kind, 'InitConfiguration');
  assert.is(config.kubeadmConfigPatches.length, 4);
});

test('a file without nodes gets a control plane', () => {
  const plan = kindPlan();
  const { nodes } = configOf(plan, 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n');
  assert.equal(nodes[0], { role: 'control-plane' });
  assert.is(nodes.length, 1 + plan.nodes.length);
});

test('its hash decides if a kept cluster can be reused: it covers what the cluster is made of, and nothing else', () => {
  const plan = kindPlan();
  const hash = (one: Plan) => hashOf(kindConfigOf(one, baseConfig()));
  const own = hash(plan);
  assert.match(own, /^[0-9a-f]{8}$/);
  assert.is(hash(kindPlan()), own);
  assert.is(hash(kindPlan('seed: 99\nrepeats: 7\n')), own, 'seed and repeats');
  assert.is(hash({ ...plan, experiment: 'other', fault: null, load: [] }), own, 'name, fault and load');
  const others = [
    hash({ ...plan, nodes: plan.nodes.slice(1) }),
    hash({ ...plan, nodes: plan.nodes.map((node) => ({ ...node, labels: { ...node.labels, more: 'x' } })) }),
    hash({ ...plan, kubeProxyMode: plan.kubeProxyMode === 'iptables' ? 'nftables' : 'iptables' }),
    hash(withTimers({ leaseRenewMs: 5000 })),
    hash(withTimers({ podEvictionMs: 60_000 })),
  ];
  assert.is(new Set([own, ...others]).size, 1 + others.length);
});

test.run();
