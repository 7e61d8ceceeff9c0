import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reportOf, trialOf } from '../../support/analysis.ts';
import { clientAddress, edgeAddress, type HistoryOptions, history } from '../../support/history.ts';

const nodeAddress = '10.2.0.3';
const proxied = { topology: { edgeKeepsClientAddress: false } };

/** Streams that the ingress saw from these addresses. */
async function seenFrom(sources: readonly (string | null)[], options: HistoryOptions = {}) {
  const builder = history(options).trial(10);
  for (const source of sources) builder.stream({ from: 1000, to: 2000, source });
  return (await trialOf(builder.endTrial(3000))).sourceAddress;
}

test('kept: the ingress saw the client', async () => {
  assert.is(await seenFrom([clientAddress, clientAddress]), 'kept');
});

test("lost: the ingress saw a node, or the edge although it passes the client's address on", async () => {
  assert.is(await seenFrom([nodeAddress, nodeAddress]), 'lost');
  assert.is(await seenFrom([edgeAddress]), 'lost');
});

test("behind an edge with an address of its own it is the edge's that is kept", async () => {
  assert.is(await seenFrom([edgeAddress], proxied), 'kept');
  assert.is(await seenFrom([nodeAddress], proxied), 'lost');
  assert.is(await seenFrom([clientAddress], proxied), 'lost');
});

test("... known from the edge's own log if the topology does not show it", async () => {
  assert.is(
    await seenFrom([edgeAddress], { topology: { edgeKeepsClientAddress: false, edgeAddress: null } }),
    'kept',
  );
});

test('null: there is no evidence, or the machine cannot distinguish them', async () => {
  assert.is(await seenFrom([null, null]), null);
  const topology = {
    limits: [{ code: 'shared-address' as const, text: 'in words that nothing depends on' }],
  };
  assert.is(await seenFrom([clientAddress], { topology }), null);
});

const flip = () =>
  history()
    .trial(10, { policy: 'Cluster->Local' })
    .phase(20, 'prepare')
    .flip(10_000)
    .phase(10_100, 'settle')
    .reconciled(15_000, 'Local')
    .phase(20_000, 'finish');

test('changes: lost before the flip, kept after it', async () => {
  const trial = await trialOf(
    flip()
      .stream({ from: 1000, to: 30_000, source: nodeAddress })
      .stream({ from: 16_000, to: 30_000, source: clientAddress })
      .endTrial(31_000),
  );
  assert.is(trial.sourceAddress, 'changes');
});

test('between the flip and its end either is right', async () => {
  const trial = await trialOf(
    flip()
      .stream({ from: 1000, to: 30_000, source: nodeAddress })
      .streams(5, { from: 11_000, to: 30_000, source: clientAddress })
      .endTrial(31_000),
  );
  assert.is(trial.sourceAddress, 'lost');
});

test('connections kept through the flip do not count', async () => {
  const trial = await trialOf(
    flip()
      .stream({ from: 16_000, to: 30_000, source: clientAddress })
      .stream({ from: 1000, to: 30_000, source: nodeAddress, lane: 'reused' })
      .streams(3, { from: 17_000, to: 30_000, source: nodeAddress, lane: 'reused' })
      .endTrial(31_000),
  );
  assert.is(trial.sourceAddress, 'kept');
});

test('one stray answer does not outvote the rest', async () => {
  assert.is(await seenFrom([clientAddress, clientAddress, nodeAddress]), 'kept');
  assert.is(await seenFrom([clientAddress, nodeAddress, nodeAddress]), 'lost');
});

test('repeats that differ leave the comparison without one', async () => {
  const twice = (second: string) =>
    history()
      .trial(10)
      .stream({ from: 1000, to: 2000, source: clientAddress })
      .endTrial(3000)
      .trial(4000, { repeat: 1 })
      .stream({ from: 5000, to: 6000, source: second })
      .endTrial(7000)
      .finish(8000);
  assert.is((await reportOf(twice(clientAddress))).comparison[0]?.sourceAddress, 'kept');
  assert.is((await reportOf(twice(nodeAddress))).comparison[0]?.sourceAddress, null);
});

test.run();
