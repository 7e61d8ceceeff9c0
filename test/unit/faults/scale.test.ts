import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { faults } from '../../../src/faults/index.ts';
import { bench } from '../../support/fault-bench.ts';

const labels = { app: 'ingress', hash: 'x' };
const selector = { matchLabels: { app: 'ingress' } };
const core = {
  listNamespacedPod: async () => ({ items: [{ metadata: { labels }, status: { phase: 'Running' } }] }),
};

/** A Deployment of so many pods; `later`: what somebody else sets meanwhile. */
function deployment(initial: number, later?: number) {
  let [replicas, generation, observed] = [initial, 1, 1];
  const set: number[] = [];
  return {
    set,
    interfere: () => {
      replicas = later ?? replicas;
    },
    api: {
      listNamespacedDeployment: async () => ({ items: [{ metadata: { name: 'web' }, spec: { selector } }] }),
      listNamespacedDaemonSet: async () => ({ items: [] }),
      async patchNamespacedDeployment({ body }: { body: { spec: { replicas: number } } }) {
        replicas = body.spec.replicas;
        generation += 1;
        set.push(replicas);
      },
      async readNamespacedDeployment() {
        const status = {
          observedGeneration: observed,
          updatedReplicas: replicas,
          replicas,
          availableReplicas: replicas,
        };
        observed = generation; // seen one look later
        return { metadata: { name: 'web', generation }, spec: { replicas }, status };
      },
    },
  };
}

const pods = ['a', 'b', 'c'].map((node) => ({
  namespace: 'n',
  name: `pod-${node}`,
  uid: node,
  node,
  ownerKind: 'ReplicaSet',
}));

async function scaled(replicas: number, of = deployment(3)) {
  const { context, log, recover } = bench(core, 'ReplicaSet', replicas, of.api);
  const ending = new Map<string, number>();
  const hold = await faults.scale.injectAll({
    ...context,
    workloadPods: async () => pods,
    endingSince: (name) => ending.get(name) ?? null,
    async until(done) {
      for (const [at, pod] of pods.slice(replicas).entries()) {
        assert.not.ok(done(), 'not before the last of them ends');
        ending.set(pod.name, (at + 5) * 1e6);
      }
      return done();
    },
  });
  return { hold, log, recover, set: of.set };
}

test('scale to 1: every pod that the controller ends is a step; undone, the old number is there again', async () => {
  const { hold, log, recover, set } = await scaled(1);
  assert.equal(hold, { affected: 2, detail: '2 of 3 pods end' });
  assert.equal(log, ['began @0: ingress scaled from 3 to 1', 'step @5: pod-b', 'step @6: pod-c']);
  const [unwound] = await recover();
  assert.equal(set, [1, 3]);
  assert.equal(unwound?.result, 'restored');
});

test('scale to 0 lasts until it is undone: nothing waits for connections that succeed', async () => {
  assert.equal((await scaled(0)).hold, { affected: 3, detail: '3 of 3 pods end', lasts: true });
});

test('scale up takes no pod, and what there is at the end is what there was', async () => {
  const { hold, log, recover, set } = await scaled(5);
  assert.equal(hold, { affected: 2, detail: '2 more pods of ingress are wanted' });
  assert.equal(log, ['began @0: ingress scaled from 3 to 5']);
  await recover();
  assert.equal(set, [5, 3]);
});

test('a number that an autoscaler has set since is left as it is', async () => {
  const of = deployment(3, 2);
  const { recover } = await scaled(1, of);
  of.interfere();
  const [unwound] = await recover();
  assert.is(unwound?.result, 'left');
  assert.match(unwound?.detail ?? '', 'has scaled n/web to 2 since; it was 3');
  assert.equal(of.set, [1]);
});

test('a DaemonSet is refused with the reason, before anything is changed', async () => {
  const { api, set } = deployment(3);
  const daemonSets = { items: [{ metadata: { name: 'web' }, spec: { selector } }] };
  const { context } = bench(core, 'DaemonSet', 1, {
    ...api,
    listNamespacedDeployment: async () => ({ items: [] }),
    listNamespacedDaemonSet: async () => daemonSets,
  });
  try {
    await faults.scale.injectAll(context);
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'DaemonSet n/web cannot be scaled: it has one pod on each node');
  }
  assert.equal(set, []);
});

test.run();
