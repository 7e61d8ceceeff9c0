import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { secondServiceOf } from '../../../src/catalogue/switchovers.ts';
import { reportOf } from '../../support/analysis.ts';
import { dead, powerOff } from '../../support/attribution.ts';
import {
  type HistoryBuilder,
  type HistoryOptions,
  history,
  ns,
  type TrialOptions,
} from '../../support/history.ts';
import { endpointsLine } from '../../support/history-cluster.ts';

/*
 * A namespace may hold more Services than the ingress' own: a second one that a switchover makes, with the same pods behind it, and
 * on somebody's own cluster any others. The switchover begins at 5 s, its second Service is there at 6 s, clients move at 8 s.
 */
const own = 'midflight-ingress';
const policy = 'Cluster->Local/parallel-service';

function service(builder: HistoryBuilder, at: number, name: string, nodes: readonly string[]) {
  builder.add(
    { type: 'service', t: ns(at), service: name, policy: 'Local', healthCheckNodePort: 31_000 },
    { ...endpointsLine(at, 'ingress', nodes), service: name },
  );
}

const withSecond = (trial: TrialOptions = {}) => {
  const builder = history()
    .trial(10, { policy, ...trial })
    .flip(5000);
  service(builder, 6000, secondServiceOf(own), ['stable-0', 'stable-1']);
  return builder.reconciled(8000, 'Local');
};

/** The share of streams that each node's death would take, under one of the policies. */
async function sharesOf(builder: HistoryBuilder, wanted: string) {
  const { comparison } = await reportOf(builder);
  const row = comparison.find((one) => one.policy === wanted);
  return Object.fromEntries(row?.ifNodeDies?.map(({ node, share }) => [node, share]) ?? []);
}

test('pods behind two Services are the same pods, and still those of the ingress', async () => {
  const alone = await sharesOf(history().trial(10, { policy }).flip(5000).endTrial(31_000), policy);
  assert.equal(await sharesOf(withSecond().endTrial(31_000), policy), alone);
  assert.is(alone['stable-0'], 0.75);
});

test('a second Service of the trial before changes nothing in the next', async () => {
  const builder = withSecond();
  builder.add({ ...endpointsLine(30_000, 'ingress', []), service: secondServiceOf(own) }).endTrial(31_000);
  builder.trial(32_000, { policy: 'Cluster' }).endTrial(40_000);
  const alone = await sharesOf(history().trial(10).endTrial(31_000), 'Cluster');
  assert.is(alone['stable-0'], 0.8);
  assert.equal(await sharesOf(builder, 'Cluster'), alone);
});

for (const [from, cause] of [
  [7000, 'transit'],
  [9000, 'switchover'],
] as const)
  test(`a new connection at ${from} ms through a node without an ingress, which dies: ${cause}`, async () => {
    const builder = withSecond({ fault: powerOff() });
    builder
      .stream({
        from,
        to: from + 2000,
        outcome: 'hung',
        transit: dead,
        ingress: null,
        endpoint: null,
        firstByte: null,
      })
      .fault(from - 100)
      .endTrial(31_000);
    const [trial] = (await reportOf(builder)).trials;
    assert.equal(trial?.requests.byCause, { [cause]: 1 });
  });

const ownCluster = {
  context: 'prod',
  service: { namespace: 'ingress', name: own },
  url: 'http://127.0.0.1',
  address: null,
  probePath: null,
  optIn: { key: 'allow', value: 'yes' },
  maxNodes: 1,
  deleteEmptydirData: false,
  maxLost: null,
  maxFailed: null,
};

test("on somebody's own cluster the other Services of the namespace are no part of it", async () => {
  const options: HistoryOptions = { plan: { ownCluster }, app: [] };
  const alone = await sharesOf(history(options).trial(10, { policy: 'Local' }).endTrial(31_000), 'Local');
  const builder = history(options);
  service(builder, 5, 'another-balancer', ['preemptible-0']);
  builder.add({ ...endpointsLine(5, 'app', ['preemptible-1', 'stable-0']), service: 'admission-webhook' });
  assert.equal(await sharesOf(builder.trial(10, { policy: 'Local' }).endTrial(31_000), 'Local'), alone);
  assert.is(alone['stable-0'], 0.5);
});

test('an ingress that was copied to a node for a while served what came to it then', async () => {
  const copied = history()
    .trial(10, { policy: 'Cluster->Local/daemonset-first', fault: powerOff() })
    .flip(5000);
  copied
    .endpoints(6000, 'ingress', ['stable-0', 'stable-1', dead])
    .add({ type: 'service', t: ns(7000), service: own, policy: 'Local', healthCheckNodePort: 31_000 })
    .stream({
      from: 9000,
      to: 11_000,
      outcome: 'hung',
      transit: dead,
      ingress: null,
      endpoint: null,
      firstByte: null,
    })
    .fault(8900)
    // Kubernetes takes it out long after the node died.
    .endpoints(8950, 'ingress', ['stable-0', 'stable-1'])
    .endTrial(31_000);
  const [trial] = (await reportOf(copied)).trials;
  assert.equal(trial?.requests.byCause, { ingress: 1 });
});

test.run();
