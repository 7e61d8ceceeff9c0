import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { poolsWithPods } from '../../../../src/providers/kind/image-nodes.ts';
import { kindPlan } from '../../../support/kind-plan.ts';

const plan = kindPlan('ingress: { nodeSelector: { pool: stable } }\napp: { nodeSelector: { pool: stable } }');
const pools = (more: Partial<typeof plan>) => [...poolsWithPods({ ...plan, ...more })].sort();

test('images are loaded only onto nodes where a pod may run', () => {
  assert.equal(pools({}), ['stable']);
  assert.equal(pools({ app: { ...plan.app, nodeSelector: {} } }), ['spot', 'stable']);
});

test('a policy or a way with an ingress pod on every node needs them on every node', () => {
  for (const policy of ['Local+DaemonSet', 'Cluster->Local/daemonset-first'] as const)
    assert.equal(
      pools({ trials: plan.trials.map((trial) => ({ ...trial, policy })) }),
      ['spot', 'stable'],
      policy,
    );
});

test.run();
