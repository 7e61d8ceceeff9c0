import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { faultKinds } from '../../../src/catalogue/faults.ts';
import { notices } from '../../../src/catalogue/notices.ts';
import { type FaultContext, faults } from '../../../src/faults/index.ts';
import { bench } from '../../support/fault-bench.ts';

test('every kind of the scenario has its fault', () => {
  for (const kind of faultKinds) assert.is(faults[kind].kind, kind);
});

test('power-off and unplug begin at the instant that the provider reports, and power undoes them', async () => {
  for (const kind of ['power-off', 'unplug'] as const) {
    const { context, log, recover } = bench();
    await faults[kind].inject(context, 'a');
    await recover();
    assert.match(
      log.join('; '),
      kind === 'unplug'
        ? /^unplug a; began @0.*; on a unplugged 10.0.0.1$/
        : /^off a @0; began @0.*; on a off 10.0.0.1$/,
    );
  }
});

test('preempt: 15 s for ordinary pods, critical ones after them, power cut 30 s after the notice', async () => {
  const { context, log } = bench();
  const { affected } = await faults.preempt.inject(context, 'a');
  assert.is(affected, 1);
  assert.equal(log, [
    'notice begin @0: preemption notice of 30 s',
    'shutdown ordinary a 15000 @0',
    'shutdown critical a 15000 @15000',
    'off a @30000',
    'notice done @30000: its pods have ended, or their time is up',
    'began @30000: power cut, at the end of the notice',
  ]);
});

test('preempt with a termination handler: excluded, cordoned, drained but for DaemonSets, power cut when the notice ends', async () => {
  const play = async (terms: FaultContext['terms'], ownerKind: string) => {
    const patches: string[] = [];
    let evicted = false;
    const { context, log, recover } = bench(
      {
        readNode: async () => ({ spec: {}, metadata: { labels: {} } }),
        patchNode: async ({ body }: { body: unknown }) => void patches.push(JSON.stringify(body)),
        readNamespacedPod: async () => {
          if (evicted) throw Object.assign(new Error('gone'), { code: 404 });
          return { metadata: { uid: 'u' } };
        },
        createNamespacedPodEviction: async () => {
          evicted = true;
        },
      },
      ownerKind,
    );
    await faults.preempt.inject({ ...context, terms }, 'a');
    await recover();
    return { patches, evicted, log: log.slice(0, 2) };
  };
  const label = '{"metadata":{"labels":{"node.kubernetes.io/exclude-from-external-load-balancers":"true"}}}';
  const cordon = '{"spec":{"unschedulable":true}}';
  const eks = await play(notices.eks, 'ReplicaSet');
  assert.equal([eks.patches.slice(0, 2), eks.evicted], [[label, cordon], true]);
  assert.equal(eks.log, ['notice begin @0: preemption notice of 120 s', 'off a @120000']);
  const aks = await play(notices.aks, 'DaemonSet');
  assert.equal([aks.patches[0], aks.evicted], [cordon, false], 'AKS knows no exclude label');
  assert.is(aks.log[1], 'off a @30000');
  assert.match(
    (await play(null, 'ReplicaSet')).log.join('; '),
    /^off a @0; began @0: power cut, without notice$/,
  );
});

test('kubelet-stop stops it, and nothing else; undone, it runs again', async () => {
  const { context, log, recover } = bench();
  assert.is((await faults['kubelet-stop'].inject(context, 'a')).affected, 1);
  await recover();
  assert.equal(log, ['stop kubelet a', 'began @0: kubelet stopped, its pods go on', 'on a kubelet 10.0.0.1']);
});

test('node-add: kept out by the exclude label before, let in by the fault, as it was in the end', async () => {
  const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
  let labels: Record<string, string | null> = {};
  const written: unknown[] = [];
  const { context, log, recover } = bench({
    readNode: async () => ({ spec: {}, metadata: { labels } }),
    async patchNode({ body }: { body: { metadata: { labels: typeof labels } } }) {
      written.push(body.metadata.labels[label]);
      labels = Object.fromEntries(Object.entries(body.metadata.labels).filter(([, text]) => text !== null));
    },
  });
  await faults['node-add'].prepare?.(context.changes, 'a');
  assert.equal([written, log], [['true'], []]);
  assert.is((await faults['node-add'].inject(context, 'a')).affected, 1);
  assert.equal(log, ['began @0: a new node for the balancer']);
  assert.equal(labels, {});
  await recover();
  assert.equal(labels, {}, 'without the label, as before');
});

test('pod-kill kills a pod of the wanted kind, and reports if there is none', async () => {
  const { context, log } = bench();
  assert.is((await faults['pod-kill'].inject(context, 'a')).affected, 1);
  assert.equal(log, ['kill ingress-pod', 'began @0: pod ingress-pod killed [ingress-pod]']);
  try {
    await faults['pod-kill'].inject(context, 'bare');
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof MidflightError && error.code === 'fault-failed');
  }
});

test('pod-delete asks the API, with the grace of the pod itself, and waits until it has ended', async () => {
  let looks = 0;
  const deletions: unknown[] = [];
  const { context, log } = bench({
    readNamespacedPod: async () => {
      looks += 1;
      if (deletions.length > 0 && looks > 4) throw Object.assign(new Error('gone'), { code: 404 });
      return { metadata: { uid: 'u', ownerReferences: [{ kind: 'ReplicaSet' }] } };
    },
    deleteNamespacedPod: async ({ body }: { body: unknown }) => void deletions.push(body),
  });
  assert.equal(await faults['pod-delete'].inject(context, 'a'), {
    affected: 1,
    detail: 'pod ingress-pod has ended',
  });
  assert.equal(deletions, [{ preconditions: { uid: 'u' } }]);
  assert.equal(log, ['began @0: pod ingress-pod deleted [ingress-pod]']);
  assert.ok(looks > 4);
});

test('drain cordons first, retries if a budget forbids an eviction, and uncordons', async () => {
  let refusals = 2;
  const calls: string[] = [];
  let cordoned = false;
  const { context, recover } = bench({
    readNode: async () => ({ spec: { unschedulable: cordoned } }),
    patchNode: async ({ body }: { body: { spec: { unschedulable: boolean | null } } }) => {
      cordoned = body.spec.unschedulable === true;
      calls.push(JSON.stringify(body));
    },
    readNamespacedPod: async () => {
      if (calls.includes('evicted')) throw Object.assign(new Error('gone'), { code: 404 });
      return { metadata: { uid: 'u' } };
    },
    createNamespacedPodEviction: async () => {
      refusals -= 1;
      if (refusals >= 0) throw Object.assign(new Error('budget'), { code: 429 });
      calls.push('evicted');
    },
  });
  const hold = await faults.drain.inject(context, 'a');
  assert.equal(hold, { affected: 1, detail: '1 pod evicted' });
  await recover();
  assert.equal(calls, ['{"spec":{"unschedulable":true}}', 'evicted', '{"spec":{"unschedulable":null}}']);
  assert.is(context.now(), 10_000 * 1e6, 'two retries of 5 s');
});

test('a drain reports how many pods it evicted, and why if none', async () => {
  const drained = async (core: Parameters<typeof bench>[0], owner: string, node = 'a') => {
    const { context } = bench({ readNode: async () => ({}), patchNode: async () => {}, ...core }, owner);
    return faults.drain.inject(context, node);
  };
  assert.equal(await drained({}, 'DaemonSet'), {
    affected: 0,
    detail: 'no pod was evicted: those that run there belong to DaemonSets, which a drain leaves',
  });
  assert.equal(await drained({}, 'ReplicaSet', 'bare'), {
    affected: 0,
    detail: 'no pod was evicted: none runs there',
  });
  const gone = Object.assign(new Error('gone'), { code: 404 });
  const endedItself = await drained(
    {
      readNamespacedPod: async () => ({ metadata: { uid: 'u' } }),
      createNamespacedPodEviction: async () => {
        throw gone;
      },
    },
    'ReplicaSet',
  );
  assert.is(endedItself.affected, 0, 'a pod that had ended before was not evicted');
});

test('drain gives up after the time-out of the scenario', async () => {
  const core = {
    readNode: async () => ({ spec: {}, metadata: {} }),
    patchNode: async () => {},
    readNamespacedPod: async () => ({ metadata: { uid: 'u' } }),
    createNamespacedPodEviction: async () => {
      throw Object.assign(new Error('the disruption budget'), { code: 429 });
    },
  };
  const { context } = bench(core, 'ReplicaSet', 60_000);
  try {
    await faults.drain.inject(context, 'a');
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'timed out after 60 s waiting for a disruption budget to let pod all-pod go');
  }
  assert.is(context.now(), 60_000 * 1e6);
});

test.run();
