import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import {
  type HistoryBuilder,
  type HistoryOptions,
  history,
  ns,
  type RequestOptions,
  type TrialOptions,
} from '../../support/history.ts';

const dead = 'preemptible-0';
const powerOff = (node = dead) => ({ kind: 'power-off', node });

/** A trial in which the fault comes at 10 s (and the flip, if any, at 5 s); what became of its streams. */
async function requestsOf(
  trial: TrialOptions,
  streams: readonly Partial<RequestOptions>[],
  { more = () => {}, ...options }: HistoryOptions & { more?: (builder: HistoryBuilder) => void } = {},
) {
  const builder = history(options).trial(10, trial);
  for (const stream of streams) builder.stream({ from: 1000, to: 15_000, outcome: 'hung', ...stream });
  if (trial.policy?.includes('->')) builder.flip(5000).reconciled(6000, 'Local').phase(6500, 'settle');
  if (trial.fault !== undefined) builder.fault(10_000);
  more(builder);
  const report = await trialOf(builder.endTrial(60_000));
  return { ...report.requests, disturbances: report.disturbances };
}

const causesOf = async (...args: Parameters<typeof requestsOf>) => (await requestsOf(...args)).byCause;

test('only carried by the dead node: transit, and Local would have saved it', async () => {
  const { byCause, avoidableByLocal } = await requestsOf({ fault: powerOff() }, [{ transit: dead }]);
  assert.equal(byCause, { transit: 1 });
  assert.is(avoidableByLocal, 1);
});

test('carried by a dead node that has an ingress pod as well: transit, but Local would not have saved it', async () => {
  const { byCause, avoidableByLocal } = await requestsOf({ fault: powerOff('stable-1') }, [
    { transit: 'stable-1' },
  ]);
  assert.equal(byCause, { transit: 1 });
  assert.is(avoidableByLocal, 0);
});

test('endpoint goes before ingress, ingress before transit', async () => {
  const fault = powerOff('stable-1');
  const everything = { transit: 'stable-1', ingress: 'stable-1', endpoint: 'stable-1' };
  assert.equal(await causesOf({ fault }, [everything]), { endpoint: 1 });
  assert.equal(await causesOf({ fault }, [{ ...everything, endpoint: 'stable-0' }]), { ingress: 1 });
  assert.equal(await causesOf({ fault }, [{ ...everything, endpoint: 'stable-0', ingress: 'stable-0' }]), {
    transit: 1,
  });
  assert.equal(await causesOf({ fault }, [{ endpoint: 'stable-1' }]), { endpoint: 1 });
  assert.equal(await causesOf({ fault }, [{ ingress: 'stable-1' }]), { ingress: 1 });
});

test('a path that does not touch the dead node is unattributed, though lost after it died', async () => {
  const { byCause, disturbances } = await requestsOf({ fault: powerOff() }, [{}]);
  assert.equal(byCause, { unattributed: 1 });
  assert.is(disturbances[0]?.requestsLost, 1);
});

test('an unknown path is unattributed', async () => {
  const unknown = { transit: null, endpoint: null, firstByte: null };
  assert.equal(await causesOf({ fault: powerOff() }, [unknown]), { unattributed: 1 });
});

test('what was lost before the fault is not its doing', async () => {
  const { byCause, disturbances } = await requestsOf({ fault: powerOff() }, [{ transit: dead, to: 9999 }]);
  assert.equal(byCause, { unattributed: 1 });
  assert.is(disturbances[0]?.requestsLost, 0);
});

test('a trial without any disturbance attributes nothing', async () => {
  assert.equal(await causesOf({}, [{ transit: dead }]), { unattributed: 1 });
});

test('no answer through the dead node: under Cluster it carried, under Local it was the ingress', async () => {
  const silent = { transit: 'stable-1', firstByte: null, from: 11_000 };
  const fault = powerOff('stable-1');
  assert.equal(await causesOf({ policy: 'Cluster', fault }, [silent]), { transit: 1 });
  assert.equal(await causesOf({ policy: 'Local', fault }, [silent]), { ingress: 1 });
});

test('no answer through the dead node, across a flip: by the policy that the connection began under', async () => {
  const fault = powerOff('stable-1');
  const silent = { transit: 'stable-1', firstByte: null };
  const before = { ...silent, from: 4000 };
  const after = { ...silent, from: 9000 };
  assert.equal(await causesOf({ policy: 'Cluster->Local', fault }, [before]), { transit: 1 });
  assert.equal(await causesOf({ policy: 'Cluster->Local', fault }, [after]), { ingress: 1 });
  assert.equal(await causesOf({ policy: 'Local->Cluster', fault }, [before]), { ingress: 1 });
  assert.equal(await causesOf({ policy: 'Local->Cluster', fault }, [after]), { transit: 1 });
});

test('no answer through a node that lives: one that no ingress logged went to the dead ingress pod', async () => {
  const silent = { id: 'x', transit: 'stable-0', firstByte: null, from: 11_000 };
  assert.equal(await causesOf({ fault: powerOff('stable-1') }, [silent]), { ingress: 1 });
});

test('no answer through a node that lives: one that an ingress logged waited for the dead app pod', async () => {
  const silent = { id: 'x', transit: 'stable-0', firstByte: null, from: 11_000 };
  for (const at of [14_000, 15_500, 59_000]) {
    const more = (builder: HistoryBuilder) => void builder.logged(at, 'x', 'stable-0', { status: 499 });
    assert.equal(await causesOf({ fault: powerOff('stable-1') }, [silent], { more }), { endpoint: 1 });
  }
});

test("an ingress' line that comes before the recorder's is as good", async () => {
  const early = history()
    .trial(10, { fault: powerOff('stable-1') })
    .logged(10_999, 'x', 'stable-0', { status: 499 })
    .stream({ id: 'x', from: 11_000, to: 15_000, firstByte: null, outcome: 'hung' })
    .fault(10_000)
    .endTrial(60_000);
  assert.equal((await trialOf(early)).requests.byCause, { endpoint: 1 });
});

test('no answer, logged by an ingress, and the dead node ran no app: unattributed', async () => {
  const silent = { id: 'x', transit: 'stable-0', firstByte: null, from: 11_000 };
  const more = (builder: HistoryBuilder) => void builder.logged(14_000, 'x', 'stable-0', { status: 499 });
  assert.equal(await causesOf({ fault: powerOff('stable-1') }, [silent], { more, app: ['stable-0'] }), {
    unattributed: 1,
  });
});

test("no answer through a node that lives, and no ingress' log at all: unattributed", async () => {
  const silent = { id: 'x', transit: 'stable-0', firstByte: null, from: 11_000 };
  const topology = { ingressKind: 'traefik' as const };
  assert.equal(await causesOf({ fault: powerOff('stable-1') }, [silent], { topology }), { unattributed: 1 });
});

for (const at of [1015, 1500]) {
  test(`the log of a completed request, ${at < 1020 ? 'before' : 'after'} its end, shows that there is a log`, async () => {
    const silent = { id: 'x', transit: 'stable-0', firstByte: null, from: 11_000 };
    const topology = { ingressKind: 'traefik' as const };
    const more = (builder: HistoryBuilder) =>
      void builder.stream({ id: 'good', from: 1000, to: 1020 }).logged(at, 'good', 'stable-0');
    assert.equal(await causesOf({ fault: powerOff('stable-1') }, [silent], { topology, more }), {
      ingress: 1,
    });
  });
}

test('an answer that began and told nothing is unattributed: somebody answered', async () => {
  const cut = { id: 'x', transit: 'stable-0', firstChunk: null, from: 11_000 };
  assert.equal(await causesOf({ fault: powerOff('stable-1') }, [cut]), { unattributed: 1 });
});

test("an ingress' log tells the ingress node where the answer did not", async () => {
  const stream = { id: 'x', ingress: null, transit: 'stable-0', endpoint: 'stable-0' };
  const more = (builder: HistoryBuilder) => void builder.logged(15_500, 'x', 'stable-1');
  assert.equal(await causesOf({ fault: powerOff('stable-1') }, [stream], { more }), { ingress: 1 });
});

test("an ingress pod's name tells its node where the answer did not", async () => {
  const stream = { ingress: null, ingressPod: 'traefik-7' };
  const more = (builder: HistoryBuilder) =>
    void builder.add({
      type: 'pod',
      t: ns(5),
      pod: 'traefik-7',
      app: 'midflight-ingress',
      restarts: 0,
      node: 'stable-1',
      change: 'added',
      phase: 'Running',
      ready: true,
      terminating: false,
    });
  assert.equal(await causesOf({ fault: powerOff('stable-1') }, [stream], { more }), { ingress: 1 });
});

test('a new connection that Local drops is switchover', async () => {
  const { byCause, disturbances } = await requestsOf({ policy: 'Cluster->Local' }, [
    { transit: dead, firstByte: null, from: 5500 },
  ]);
  assert.equal(byCause, { switchover: 1 });
  assert.is(disturbances[0]?.requestsLost, 1);
  assert.is(disturbances[0]?.lostBegunAfter, 1);
});

test('... though the node be dead', async () => {
  const { byCause, disturbances } = await requestsOf({ policy: 'Cluster->Local', fault: powerOff() }, [
    { transit: dead, firstByte: null, from: 12_000 },
  ]);
  assert.equal(byCause, { switchover: 1 });
  assert.equal(
    disturbances.map(({ kind, requestsLost }) => [kind, requestsLost]),
    [
      ['flip', 1],
      ['fault', 0],
    ],
  );
});

test('a stream from before the flip that dies with its node is transit', async () => {
  const { byCause, disturbances, avoidableByLocal } = await requestsOf(
    { policy: 'Cluster->Local', fault: powerOff() },
    [{ transit: dead }],
  );
  assert.equal(byCause, { transit: 1 });
  assert.is(avoidableByLocal, 1);
  assert.equal(
    disturbances.map(({ kind, requestsLost, lostBegunBefore }) => [kind, requestsLost, lostBegunBefore]),
    [
      ['flip', 0, 0],
      ['fault', 1, 1],
    ],
  );
});

test('a stream cut after the flip and before the fault is switchover', async () => {
  const { byCause, disturbances } = await requestsOf({ policy: 'Local->Cluster', fault: powerOff() }, [
    { outcome: 'reset-mid-body', to: 7000 },
  ]);
  assert.equal(byCause, { switchover: 1 });
  assert.is(disturbances[0]?.lostBegunBefore, 1);
});

test('a pod that is not ready is in no place', async () => {
  const silent = { transit: 'stable-1', firstByte: null, from: 11_000 };
  const of = { address: '10.1.0.9', pod: 'ingress-9', serving: false, terminating: false };
  const trial = (ready: boolean) =>
    history({ ingress: [] })
      .add({
        type: 'endpoints',
        t: ns(5),
        service: 'midflight-ingress',
        endpoints: [{ ...of, node: 'stable-1', ready }],
      })
      .trial(10, { policy: 'Local', fault: powerOff('stable-1') })
      .stream({ to: 15_000, outcome: 'hung', ...silent })
      .fault(10_000)
      .endTrial(60_000);
  assert.equal((await trialOf(trial(true))).requests.byCause, { ingress: 1 });
  assert.equal((await trialOf(trial(false))).requests.byCause, { transit: 1 });
});

test('pod-kill takes the pod alone: of the ingress pod those that it answered, of the app pod those that it served', async () => {
  const node = 'stable-1';
  const ingress = { kind: 'pod-kill', node, pod: 'ingress' } as const;
  const app = { kind: 'pod-kill', node, pod: 'app' } as const;
  const streams = [
    { transit: node },
    { transit: node },
    { ingress: node },
    { endpoint: node },
    { ingress: node, endpoint: node },
  ];
  assert.equal(await causesOf({ fault: ingress }, streams), { ingress: 2, unattributed: 3 });
  assert.equal(await causesOf({ fault: app }, streams), { endpoint: 2, unattributed: 3 });
});

test('a client port that comes round again is joined with the connection of its own time', async () => {
  const events = history()
    .trial(10, { fault: powerOff() })
    .stream({ from: 100, to: 11_000, transit: 'stable-0', outcome: 'truncated' })
    .stream({ from: 12_000, to: 17_000, transit: dead, outcome: 'hung' })
    .fault(10_000)
    .endTrial(60_000)
    .events();
  const ports = events.map((event) => {
    if (event.type === 'edge-open' || event.type === 'edge-close') return { ...event, client: '10.0.0.1:5' };
    return event.type === 'end' ? { ...event, local: '10.0.0.1:5' } : event;
  });
  assert.equal((await trialOf(ports)).requests.byCause, { unattributed: 1, transit: 1 });
  // The edge's lines of the second come last.
  const late = ports.filter(({ type, t }) => type === 'edge-open' && t > ns(12_000));
  assert.is(late.length, 1);
  const delayed = [...ports.filter((event) => !late.includes(event))];
  delayed.splice(delayed.length - 2, 0, ...late);
  assert.equal((await trialOf(delayed)).requests.byCause, { unattributed: 1, transit: 1 });
});

test('a kept connection is joined with a request that begins long after it was opened', async () => {
  const trial = await trialOf(
    history()
      .trial(10, { fault: powerOff() })
      .fault(10_000)
      .probes({ from: 12_000, to: 12_100, lane: 'reused', fails: () => ({ transit: null, connectedAt: 1 }) })
      .add({ type: 'edge-open', t: ns(1000), conn: 900, client: '10.0.0.1:10000', node: dead })
      .endTrial(60_000),
  );
  assert.equal(trial.probes.reused?.byCause, { transit: 1 });
});

test('a kept connection is still known after a request on it was completed', async () => {
  const client = '10.0.0.1:5';
  const kept = history()
    .trial(10, { fault: powerOff() })
    .add({ type: 'edge-open', t: ns(1000), conn: 900, client, node: dead })
    .probes({
      from: 2000,
      to: 22_000,
      every: 10_000,
      lane: 'reused',
      fails: (due) => due > 10_000 && { transit: null },
    })
    .fault(10_000)
    .endTrial(60_000)
    .events()
    .filter(({ type, t }) => !type.startsWith('edge-') || t === ns(1000))
    .map((event) => (event.type === 'end' ? { ...event, local: client } : event));
  assert.equal((await trialOf(kept)).probes.reused?.byCause, { transit: 1 });
});

test('probes are attributed as streams are, and are no losses of the trial', async () => {
  const { probes, requests } = await trialOf(
    history()
      .trial(10, { fault: powerOff() })
      .probes({ from: 9000, to: 20_000, fails: (due) => due >= 10_000 && due < 10_500 && { transit: dead } })
      .fault(10_000)
      .endTrial(60_000),
  );
  assert.equal(probes.new?.byCause, { transit: 5 });
  assert.equal([requests.lost, requests.byCause], [0, {}]);
});

test.run();
