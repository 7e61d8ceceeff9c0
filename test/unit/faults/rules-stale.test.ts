import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { effectForms } from '../../../src/changes/effects.ts';
import { faults } from '../../../src/faults/index.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { refuseUnable } from '../../../src/run/refuse.ts';
import { bench } from '../../support/fault-bench.ts';
import { powerOff } from '../../support/trial.ts';

const pod = (node: string) => ({
  namespace: 'n',
  name: `pod-${node}`,
  uid: `u-${node}`,
  node,
  ownerKind: 'ReplicaSet',
});

async function frozen(nodes: readonly string[]) {
  let deleted = false;
  const { context, log, recover } = bench({
    async readNamespacedPod({ name }: { name: string }) {
      if (deleted) throw Object.assign(new Error('gone'), { code: 404 });
      return { metadata: { uid: name.replace('pod', 'u'), ownerReferences: [] } };
    },
    async deleteNamespacedPod({ name }: { name: string }) {
      deleted = true;
      log.push(`deleted ${name}`);
    },
  });
  const freezeRules = {
    ...effectForms.freezeRules,
    look: async () => null,
    async do() {
      log.push('frozen');
      return context.now();
    },
    async undo() {
      log.push('current');
      return { result: 'restored', detail: '' } as const;
    },
  };
  const hold = await faults['rules-stale'].inject(
    {
      ...context,
      effects: { ...context.effects, freezeRules },
      workloadPods: async () => nodes.map(pod),
      began: (at, detail, pods) => log.push(`began @${at}: ${detail} [${pods?.join()}]`),
    },
    'a',
  );
  return { hold, log, recover };
}

test('rules-stale freezes the rules first, then a pod elsewhere is replaced; undone, the rules are current', async () => {
  const { hold, log, recover } = await frozen(['a', 'c', 'b']);
  assert.equal(hold, {
    affected: 1,
    detail: 'a still sends to pod pod-b, which has ended',
    lasts: true,
  });
  await recover();
  assert.equal(log, [
    'frozen',
    'began @0: rules of a are updated no more []',
    'step @0: pod-b',
    'deleted pod-b',
    'current',
  ]);
});

test('with pods on that node alone one of those is replaced; with none there is no effect', async () => {
  assert.is((await frozen(['a'])).hold.affected, 1);
  assert.equal((await frozen([])).hold, {
    affected: 0,
    detail: 'no pod of ingress is there that could be replaced',
  });
});

test('a cluster that cannot freeze rules refuses it with the reason', () => {
  const fault = { ...powerOff.fault, kind: 'rules-stale' } as Parameters<typeof refuseUnable>[0]['fault'];
  try {
    refuseUnable({ fault }, { name: 'kind', effects: {} } as unknown as Provider);
    assert.unreachable();
  } catch (error) {
    assert.match(
      String(error),
      'rules-stale cannot be injected into this cluster (kind): it offers no freezeRules',
    );
    const { hint } = error as { hint?: string };
    assert.match(hint ?? '', 'on embedded: on kind kube-proxy and the kubelet share the network of the node');
  }
});

test.run();
