import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import { causesOf, dead, powerOff, requestsOf } from '../../support/attribution.ts';
import { type HistoryBuilder, history, ns } from '../../support/history.ts';

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

test('a new connection through a node with stale rules: transit; through another, or before: not proven', async () => {
  const fault = { kind: 'rules-stale', node: dead, pod: 'ingress' as const };
  const causes = async (transit: string, from: number) => {
    const builder = history()
      .trial(10, { fault })
      .fault(10_000, { nodes: [dead], pods: [] });
    builder.stream({ from, to: 11_500, transit, firstByte: null, outcome: 'refused' });
    return (await trialOf(builder.endTrial(60_000))).requests.byCause;
  };
  assert.equal(await causes(dead, 11_000), { transit: 1 });
  assert.equal(await causes('stable-0', 11_000), { unattributed: 1 });
  assert.equal(await causes(dead, 9000), { unattributed: 1 });
});

test('a new connection that a node fails which has just joined: its own doing', async () => {
  const fault = { kind: 'node-add', node: dead };
  const fresh = { transit: dead, firstByte: null, from: 11_000, outcome: 'connect-timeout' as const };
  const { byCause, avoidableByLocal } = await requestsOf({ policy: 'Local', fault }, [fresh]);
  assert.equal([byCause, avoidableByLocal], [{ transit: 1 }, 0], 'it happens under Local');
  assert.equal(await causesOf({ policy: 'Local', fault }, [{ ...fresh, transit: 'stable-0' }]), {
    unattributed: 1,
  });
});

test('a new connection when the fault has left no pod at all: the part of the workload that is missing', async () => {
  const fresh = { transit: dead, firstByte: null, from: 11_000, to: 11_100, outcome: 'refused' as const };
  const taken = (kind: 'ingress' | 'app', nodes: readonly string[], at: number) =>
    causesOf({ fault: { kind: 'scale', node: 'stable-1', pod: kind } }, [fresh], {
      more: (builder) => void builder.endpoints(at, kind, nodes),
    });
  assert.equal(await taken('ingress', [], 10_500), { ingress: 1 });
  assert.equal(await taken('app', [], 10_500), { endpoint: 1 });
  assert.equal(await taken('ingress', ['stable-0'], 10_500), { unattributed: 1 }, 'one is left');
  assert.equal(await taken('ingress', [], 11_200), { unattributed: 1 }, 'it was not so yet');
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

test('an answer that began without naming its path is unattributed: somebody answered', async () => {
  const cut = { id: 'x', transit: 'stable-0', firstChunk: null, from: 11_000 };
  assert.equal(await causesOf({ fault: powerOff('stable-1') }, [cut]), { unattributed: 1 });
});

test("an ingress' log shows the ingress node if the answer did not", async () => {
  const stream = { id: 'x', ingress: null, transit: 'stable-0', endpoint: 'stable-0' };
  const more = (builder: HistoryBuilder) => void builder.logged(15_500, 'x', 'stable-1');
  assert.equal(await causesOf({ fault: powerOff('stable-1') }, [stream], { more }), { ingress: 1 });
});

test("an ingress pod's name shows its node if the answer did not", async () => {
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

test('a client port that is reused is matched with the connection of its own time', async () => {
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

test.run();
