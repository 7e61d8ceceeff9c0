import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { faults } from '../../../src/faults/index.ts';
import { bench } from '../../support/fault-bench.ts';

test('rollout restarts the controller whose selector matches, and each pod is a step when it ends', async () => {
  const patches: unknown[] = [];
  const labels = { app: 'ingress', hash: 'x' };
  const deployment = {
    metadata: { name: 'web', generation: 2 },
    spec: { replicas: 2, selector: { matchLabels: { app: 'ingress' } } },
    status: { observedGeneration: 1, updatedReplicas: 2, replicas: 2, availableReplicas: 2 },
  };
  let reads = 0;
  const apps = {
    listNamespacedDeployment: async () => ({
      items: [
        { spec: { selector: { matchLabels: { app: 'other' } } }, metadata: { name: 'other' } },
        deployment,
      ],
    }),
    listNamespacedDaemonSet: async () => ({ items: [] }),
    patchNamespacedDeployment: async (asked: { name: string; body: unknown }) => void patches.push(asked),
    readNamespacedDeployment: async () => {
      reads += 1;
      const observedGeneration = reads < 3 ? 1 : 2;
      return { ...deployment, status: { ...deployment.status, observedGeneration } };
    },
  };
  const { context, log, recover } = bench(
    { listNamespacedPod: async () => ({ items: [{ metadata: { labels }, status: { phase: 'Running' } }] }) },
    'ReplicaSet',
    300_000,
    apps,
  );
  const ending = new Map<string, number>();
  const pods = ['a', 'b'].map((name) => ({
    namespace: 'n',
    name,
    uid: name,
    node: name,
    ownerKind: 'ReplicaSet',
  }));
  const hold = await faults.rollout.injectAll({
    ...context,
    workloadPods: async () => pods,
    endingSince: (name) => ending.get(name) ?? null,
    async until(done) {
      assert.not.ok(done());
      ending.set('b', 5e6);
      assert.not.ok(done());
      ending.set('a', 9e6);
      return done();
    },
  });
  assert.equal(hold, { affected: 2, detail: '2 of 2 pods replaced' });
  assert.equal(log, ['began @0: rollout of 2 pods of ingress', 'step @5: b', 'step @9: a']);
  assert.is(patches.length, 1);
  assert.match(JSON.stringify(patches), /"name":"web".*kubectl.kubernetes.io\/restartedAt/);
  await recover();
  assert.ok(reads >= 3, 'the undo waits until the controller has seen the restart and is complete');
  assert.is(patches.length, 1, 'a restart is not taken back by another');
});

test.run();
