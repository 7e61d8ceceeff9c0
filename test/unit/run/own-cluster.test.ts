import type { CoreV1Api } from '@kubernetes/client-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TrafficPolicy } from '../../../src/catalogue/policies.ts';
import type { LoadTarget } from '../../../src/load/config.ts';
import type { Plan } from '../../../src/plan/schema.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { inferredSight } from '../../../src/run/flip/sight.ts';
import { type Conductor, conductor } from '../../support/conductor.ts';
import { noFault, of, phases, tried } from '../../support/trial.ts';

/* Trials on a cluster that is there already: its balancer is not ours, and its owner says which nodes may be touched. */

const ownCluster: NonNullable<Plan['ownCluster']> = {
  context: 'prod',
  service: { namespace: 'web', name: 'web' },
  ...{ url: 'http://shop.example/slow?x=1', address: null, probePath: '/quick', maxNodes: 1 },
  ...{ optIn: { key: 'chaos', value: 'yes' }, deleteEmptydirData: false, maxLost: null, maxFailed: null },
};
const fault = (kind: 'drain' | 'pod-delete') => ({
  ...{ kind, target: { node: 'with-0' }, pod: 'ingress' as const, parameters: { timeout: 1000 } },
  trigger: { streamsInFlight: 10, afterMs: 0 },
});
const byCommand = (command: string, parameters = { timeout: 60_000 }): Partial<Plan> => ({
  fault: {
    ...{ kind: 'command', target: { node: 'with-0' }, pod: 'ingress', parameters },
    commands: { command: [command, '{name}', '{zone}'], recover: ['start', '{name}'] },
    trigger: { streamsInFlight: 10, afterMs: 0 },
  },
});
const zoned = { chaos: 'yes', 'topology.kubernetes.io/zone': 'z1' };

interface Own {
  readonly rig: Conductor;
  /** Kinds of changes, in their order. */
  readonly made: string[];
  /** What each was to be. */
  readonly wanted: unknown[];
  /** What the load processes were started with, by their names. */
  readonly configs: Map<string, Record<string, unknown>>;
}

/** with-0 and with-1 have a pod each; `labels` are with-0's. */
function own(plan: Partial<Plan>, labels: Record<string, string> = { chaos: 'yes' }): Own {
  const rig = conductor({ ...plan, ownCluster });
  const { run } = rig;
  const made: string[] = [];
  const asked: unknown[] = [];
  const configs = new Map<string, Record<string, unknown>>();
  const sight = inferredSight(run.plan.edge, rig.time.clock.now);
  const told = (policy: TrafficPolicy) =>
    sight.service({ policy, annotations: {}, nodePort: 30_080, healthCheckNodePort: null });
  const names = ['with-0', 'with-1', 'bare'];
  told('Cluster');
  sight.nodes(new Set(names));
  for (const name of names) sight.answered(name, true);
  const pods = ['with-0', 'with-1'].map((nodeName) => ({
    metadata: {
      name: `on-${nodeName}`,
      namespace: 'web',
      ownerReferences: [{ kind: 'ReplicaSet', controller: true }],
    },
    spec: { nodeName },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }));
  const core = {
    readNamespacedService: run.core.readNamespacedService,
    listNode: async () => ({
      items: names.map((name) => ({
        metadata: { name, labels: name === 'with-0' ? labels : {} },
        status: { conditions: [{ type: 'Ready', status: 'True' }], addresses: [] },
      })),
    }),
    listNamespacedPod: async () => ({ items: pods }),
    listPodForAllNamespaces: async () => ({ items: pods.filter(({ spec }) => spec.nodeName === 'with-0') }),
  } as unknown as CoreV1Api;
  const { host } = run.provider;
  const { changes } = run;
  const provider = {
    ...run.provider,
    cluster: { disposable: false, kubectl: true },
    effects: {},
    front: { kind: 'url' },
    host: {
      ...host,
      launch: (protocol: never, config: never, name: string) => {
        configs.set(name, config);
        return host.launch(protocol, config, name);
      },
    },
  } as unknown as Provider;
  Object.assign(run, {
    ...{ provider, core, sight },
    loadHosts: { hostOf: () => provider.host },
    target: { ...run.target, path: '/slow?x=1' },
    probeTarget: { ...run.target, path: '/quick' },
    changes: {
      ...changes,
      async make(kind: { kind: string }, target: never, wanted: { policy: TrafficPolicy }) {
        made.push(kind.kind);
        asked.push(wanted);
        // What the user's command does: the node falls silent.
        if (kind.kind === 'node-command') await changes.make({ kind: 'power' } as never, target, {} as never);
        if (kind.kind === 'service-policy') told(wanted.policy);
        return changes.make(kind as never, target, wanted as never);
      },
    },
  });
  return { rig, made, wanted: asked, configs };
}

const ran = ({ rig }: Own, policy: 'Cluster' | 'Local' | 'Cluster->Local' = 'Cluster') =>
  tried(rig, policy, true, ['with-0']);

const rampAt = ({ rig }: Own) =>
  (of(rig, 'phase').find(({ phase }) => phase === 'ramp')?.t ?? Number.NaN) / 1e9;

test('load begins once the balancer must have followed by its published times', async () => {
  const followed = own(noFault);
  await ran(followed, 'Local');
  assert.equal(followed.made, ['service-policy']);
  // It follows after 5 s, and published times count twice.
  assert.ok(rampAt(followed) > 10 && rampAt(followed) < 12, `${rampAt(followed)}`);
  const already = own(noFault);
  await ran(already);
  assert.equal(already.made, []);
  assert.ok(rampAt(already) < 1);
});

test('a flip has settled only once it must have been followed', async () => {
  const flipped = own(noFault);
  const { outcome, invalid } = await ran(flipped, 'Cluster->Local');
  assert.equal([outcome, invalid], ['completed', []]);
  const at = (wanted: string) =>
    of(flipped.rig, 'phase').find(({ phase }) => phase === wanted)?.t ?? Number.NaN;
  assert.ok((at('finish') - at('settle')) / 1e9 >= 10 + 2, 'followed, and stable after it');
});

test('streams and probes ask for the URL as it is, and no port is theirs to choose', async () => {
  const { rig, configs } = own(noFault);
  await ran({ rig, made: [], wanted: [], configs });
  const [slow, probe] = [configs.get('slow'), configs.get('probe')];
  assert.equal([slow?.app, slow?.ports], [null, undefined]);
  assert.equal([probe?.app, probe?.ports], [false, {}]);
  assert.equal(
    [slow, probe].map((config) => (config?.target as Partial<LoadTarget> | undefined)?.path),
    ['/slow?x=1', '/quick'],
  );
});

test('a node whose owner does not allow it is left alone, and the trial is unknown', async () => {
  const refused = own({ fault: fault('pod-delete') }, {});
  const { outcome, invalid } = await ran(refused);
  assert.is(outcome, 'failed');
  assert.is(invalid[0]?.code, 'refused');
  assert.match(invalid[0]?.text ?? '', 'refused: node with-0 has not the label chaos=yes');
  assert.equal(refused.made, []);
  assert.not.ok(phases(refused.rig).includes('fault'));
});

test('what the owner allows is done, and nobody brings their pods back', async () => {
  for (const [kind, changes] of [
    ['pod-delete', ['pod-deletion']],
    ['drain', ['node-cordon', 'pod-eviction']],
  ] as const) {
    const allowed = own({ fault: fault(kind), observe: 'short' });
    const { outcome, invalid } = await ran(allowed);
    assert.equal([outcome, invalid], ['completed', []], kind);
    assert.equal(allowed.made, changes);
    assert.ok(phases(allowed.rig).includes('recover'));
  }
});

test('a command takes the node, is waited for as a node that dies is, and its recovery until the node is Ready', async () => {
  const taken = own(byCommand('stop'), zoned);
  const { rig } = taken;
  const { outcome, invalid } = await ran(taken);
  assert.equal([outcome, invalid], ['completed', []]);
  assert.equal(taken.made, ['node-command']);
  assert.equal(taken.wanted, [
    { command: ['stop', 'with-0', 'z1'], recover: ['start', 'with-0'], limitMs: 60_000 },
  ]);
  const [start] = of(rig, 'trial-start');
  assert.equal(
    [start?.meaning?.fault?.silencesNode, start?.meaning?.fault?.noun],
    [true, 'commanded outage'],
  );
  const notReady = of(rig, 'node').find(({ ready }) => ready === 'Unknown')?.t ?? Number.NaN;
  const finish = of(rig, 'phase').find(({ phase }) => phase === 'finish')?.t ?? Number.NaN;
  assert.ok(finish >= notReady, 'the observation ends once Kubernetes has marked it NotReady');
});

test('a node that is not Ready again in time is reported, and the run goes on', async () => {
  const lost = own(byCommand('stop', { timeout: 30_000 }), zoned);
  lost.rig.world.unwind = async () => [];
  const { outcome } = await ran(lost);
  assert.is(outcome, 'completed');
  assert.equal(
    of(lost.rig, 'note').map(({ code, text }) => `${code}: ${text}`),
    ['not-readmitted: with-0 was not Ready again when its time was up'],
  );
});

test('a node without what the command names is refused before the command is run', async () => {
  const refused = own(byCommand('stop'));
  const { invalid } = await ran(refused);
  assert.is(invalid[0]?.text, 'refused: node with-0 has no value for {zone}');
  assert.equal(refused.made, []);
});

test('the last node with a ready pod of the Service is refused for a command too', async () => {
  const alone = own(byCommand('stop'), zoned);
  const { core } = alone.rig.run;
  const { items } = await core.listNamespacedPod({ namespace: 'web' });
  Object.assign(core, { listNamespacedPod: async () => ({ items: items.slice(0, 1) }) });
  const { invalid } = await ran(alone);
  assert.match(invalid[0]?.text ?? '', 'no node with a ready pod of the Service would be left');
  assert.equal(alone.made, []);
});

test.run();
