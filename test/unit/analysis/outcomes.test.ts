import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cdnConnectMs } from '../../../src/catalogue/cdn-codes.ts';
import { type Outcome, outcomes } from '../../../src/history/schema.ts';
import { trialOf } from '../../support/analysis.ts';
import { history, type RequestOptions } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

const proxying = { edge: { ...basicPlan.edge, mode: 'proxy' as const } };

/** The one stream's outcome as the preset's client would see it, and as ours did. */
async function outcomeOf(request: Partial<RequestOptions>, plan = {}) {
  const { requests } = await trialOf(
    history({ plan })
      .trial(10)
      .stream({ from: 100, to: 30_100, outcome: 'hung', firstByte: null, ...request })
      .endTrial(40_000),
  );
  return { seen: Object.keys(requests.byOutcome), client: Object.keys(requests.byOutcomeClient) };
}

for (const outcome of outcomes) {
  test(`${outcome} is counted as itself if the edge's log does not contradict it`, async () => {
    const found = await outcomeOf({ outcome, transit: null });
    assert.equal(found, { seen: [outcome], client: [outcome] });
  });
}

// What the edge found at the node takes the place of the handshake that it did for the client.
const upstream: [NonNullable<RequestOptions['connect']>, number, Outcome][] = [
  ['refused', 1, 'refused'],
  ['reset', 1, 'refused'],
  ['unreachable', 1, 'unreachable'],
  ['timeout', 5000, 'connect-timeout'],
  ['abandoned', cdnConnectMs, 'connect-timeout'],
  ['abandoned', cdnConnectMs - 1, 'slow-connect'],
  ['connected', 1, 'hung'],
  ['error', 0, 'hung'],
];
for (const [connect, connectMs, seen] of upstream) {
  test(`passthrough: hung, and the edge's connection ${connect} after ${connectMs} ms is ${seen}`, async () => {
    assert.equal(await outcomeOf({ connect, connectMs }), { seen: [seen], client: ['hung'] });
  });

  test(`proxy: hung, and the edge's connection ${connect} after ${connectMs} ms stays hung`, async () => {
    assert.equal(await outcomeOf({ connect, connectMs }, proxying), { seen: ['hung'], client: ['hung'] });
  });
}

test('no node for it: what the balancer does then by its preset', async () => {
  const seen = async (noTarget: 'drop' | 'reset' | 'refuse', mode: 'proxy' | 'passthrough', ms: number) =>
    (
      await outcomeOf(
        { connect: 'none', connectMs: ms, toNobody: true },
        { edge: { ...basicPlan.edge, mode, noTarget } },
      )
    ).seen;
  for (const mode of ['proxy', 'passthrough'] as const) {
    assert.equal(await seen('drop', mode, cdnConnectMs), ['connect-timeout']);
    assert.equal(await seen('drop', mode, cdnConnectMs - 1), ['slow-connect']);
    assert.equal(await seen('refuse', mode, 1), ['refused']);
    assert.equal(await seen('reset', mode, 1), ['hung'], 'as the client saw it');
  }
});

test('outside the source ranges: the outcome that the preset defines, whatever it does without a node', async () => {
  const seen = async (sourceRanges: 'drop' | 'reset', noTarget: 'drop' | 'refuse', ms: number) =>
    (
      await outcomeOf(
        { connect: 'none', connectMs: ms, toNobody: true, barred: true },
        { edge: { ...basicPlan.edge, sourceRanges, noTarget } },
      )
    ).seen;
  assert.equal(await seen('drop', 'refuse', cdnConnectMs), ['connect-timeout']);
  assert.equal(await seen('drop', 'refuse', cdnConnectMs - 1), ['slow-connect']);
  assert.equal(await seen('reset', 'drop', cdnConnectMs), ['hung'], 'as the client saw it');
});

test('passthrough: how long a SYN went unanswered is counted in cluster time', async () => {
  const compressed = { timeScale: 10 };
  const limit = cdnConnectMs / 10;
  assert.equal((await outcomeOf({ connect: 'abandoned', connectMs: limit }, compressed)).seen, [
    'connect-timeout',
  ]);
  assert.equal((await outcomeOf({ connect: 'abandoned', connectMs: limit - 1 }, compressed)).seen, [
    'slow-connect',
  ]);
});

test('passthrough: once a byte came the client knows best', async () => {
  const found = await outcomeOf({ outcome: 'reset-mid-body', firstByte: 200, connect: 'refused' });
  assert.equal(found.seen, ['reset-mid-body']);
});

for (const outcome of ['completed', 'cancelled', 'local-error'] as const) {
  test(`passthrough: the edge's log never decides ${outcome}`, async () => {
    assert.equal((await outcomeOf({ outcome, connect: 'refused' })).seen, [outcome]);
  });
}

test('the counts of a trial: each stream once, cancelled ones apart from the lost', async () => {
  const { requests } = await trialOf(
    history()
      .trial(10)
      .streams(5, { from: 100, to: 20_000 })
      .streams(3, { from: 100, to: 9000, outcome: 'hung' })
      .streams(2, { from: 100, to: 9000, outcome: 'hung', firstByte: null, connect: 'refused' })
      .streams(4, { from: 100, to: 9000, outcome: 'cancelled' })
      .endTrial(21_000),
  );
  const { started, completed, lost, cancelled, byOutcome, byOutcomeClient } = requests;
  assert.equal({ started, completed, lost, cancelled }, { started: 14, completed: 5, lost: 5, cancelled: 4 });
  assert.equal(byOutcome, { completed: 5, hung: 3, refused: 2, cancelled: 4 });
  assert.equal(byOutcomeClient, { completed: 5, hung: 5, cancelled: 4 });
});

test('probes and other engines are no part of requests', async () => {
  const trial = await trialOf(
    history({
      plan: {
        load: [
          ...basicPlan.load,
          { kind: 'autocannon', name: 'many', connections: 2, rate: 10, timeoutMs: 500, expectStatus: 200 },
        ],
      },
    })
      .trial(10)
      .stream({ from: 100, to: 1000 })
      .probes({ from: 100, to: 1100, fails: (due) => due === 500 && {} })
      .probes({ from: 100, to: 1100, lane: 'reused', fails: (due) => due >= 900 && { outcome: 'cancelled' } })
      .short({ load: 'many', from: 100, to: 110 })
      .short({ load: 'many', from: 100, to: 110, outcome: 'refused' })
      .short({ load: 'many', from: 100, to: 110, outcome: 'cancelled' })
      .endTrial(2000),
  );
  assert.is(trial.requests.started, 1);
  const { sent, failed, byOutcome } = trial.probes.new ?? {};
  assert.equal({ sent, failed, byOutcome }, { sent: 10, failed: 1, byOutcome: { completed: 9, hung: 1 } });
  const reused = trial.probes.reused;
  assert.equal([reused?.sent, reused?.failed], [10, 0]);
  assert.equal(reused?.byOutcome, { completed: 8, cancelled: 2 });
  assert.equal(trial.engines, {
    many: {
      engine: 'autocannon',
      started: 3,
      completed: 1,
      lost: 1,
      byOutcome: { completed: 1, refused: 1, cancelled: 1 },
      problems: [],
    },
  });
});

test('a stream whose recorder died is a local error, and the trial unknown', async () => {
  const trial = await trialOf(
    history()
      .trial(10)
      .stream({ from: 100, to: 1000 })
      .stream({ from: 100, to: 1000, unfinished: true })
      .endTrial(2000),
  );
  assert.equal(trial.requests.byOutcome, { completed: 1, 'local-error': 1 });
  assert.is(trial.verdict, 'unknown');
  assert.match(trial.reason ?? '', '1 requests were never heard of again');
});

test('a stream whose recorder died is no loss of the fault before it', async () => {
  const trial = await trialOf(
    history()
      .trial(10)
      .stream({ from: 100, to: 1500, outcome: 'reset-mid-body' })
      .streams(3, { from: 100, to: 2000, unfinished: true })
      .fault(1000)
      .endTrial(2000),
  );
  assert.equal(trial.requests.byOutcome, { 'reset-mid-body': 1, 'local-error': 3 });
  assert.equal(
    trial.disturbances.map(({ lostBegunBefore, lostBegunAfter }) => [lostBegunBefore, lostBegunAfter]),
    [[1, 0]],
  );
});

test.run();
