import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import type { EventOf } from '../../../src/history/schema.ts';
import { reportOf, trialOf } from '../../support/analysis.ts';
import { history } from '../../support/history.ts';
import { podLine } from '../../support/history-cluster.ts';

// Why a trial cannot be concluded from: by code, the cause first.

const fault = { kind: 'drain', node: 'stable-1' } as const;
const codes = (reasons: readonly { code: string }[]) => reasons.map(({ code }) => code);

const pod = (at: number, more: Partial<EventOf<'pod'>>) => podLine(at, 'app', more);

/** A trial with a drain at 10 s and streams on its node, which all end well. */
const drained = (affected: number) =>
  history()
    .trial(10, { fault })
    .streams(4, { from: 1000, to: 30_000, transit: 'stable-1', ingress: 'stable-1', endpoint: 'stable-0' })
    .fault(10_000)
    .done(10_500, affected);

test('a fault that took nothing makes the trial unknown, and reports that', async () => {
  const nothing = await trialOf(drained(0).endTrial(60_000));
  assert.is(nothing.verdict, 'unknown');
  assert.ok(codes(nothing.reasons).includes('fault-without-effect'));
  assert.match(nothing.reason ?? '', /drain of stable-1 had no effect/);
  const some = await trialOf(drained(1).endTrial(60_000));
  assert.not.ok(codes(some.reasons).includes('fault-without-effect'));
});

test('an outage that lasts until the fault is undone is no doubt; one that should have ended is', async () => {
  const judged = async (lasts: boolean) => {
    const { trials, expectations } = await reportOf(
      history({
        expect: [
          ['probes.new.failed', '> 0'],
          ['failover', '<= 5s'],
        ],
      })
        .trial(10, { fault: { kind: 'rules-stale', node: 'stable-1' } })
        .streams(4, { from: 1000, to: 30_000, transit: 'stable-1' })
        .fault(10_000)
        .done(10_500, 1, lasts)
        .probes({
          from: 1000,
          to: 40_000,
          every: 1000,
          fails: (due) => due > 10_000 && due % 2000 === 0 && { outcome: 'refused', transit: 'stable-1' },
        })
        .endTrial(60_000),
    );
    return [trials[0]?.reason, ...expectations.map(({ verdict }) => verdict)];
  };
  assert.equal(await judged(true), ['failover <= 5s: measured 28.1 s or more', 'pass', 'fail']);
  assert.equal(await judged(false), [
    'failover <= 5s: measured 28.1 s or more; new connections had not recovered by the end of the trial: failover is 28.1 s or more',
    'unknown',
    'fail',
  ]);
});

test('a process that ends without a fault asking for it makes the trial unknown', async () => {
  const ended = (node: string, at: number) =>
    trialOf(
      drained(1)
        .add(pod(5, { node }), pod(at, { node, ready: false, restarts: 1 }))
        .endTrial(60_000),
    );
  for (const [node, at] of [
    ['stable-0', 20_000],
    ['stable-0', 5000],
    ['stable-1', 5000],
  ] as const) {
    const { verdict, reasons } = await ended(node, at);
    assert.is(verdict, 'unknown', `${node} at ${at}`);
    assert.ok(codes(reasons).includes('process-ended'), `${node} at ${at}`);
  }
  const told = await trialOf(
    drained(1)
      .add(pod(5, { node: 'stable-0' }), pod(5000, { node: 'stable-0', phase: 'Failed', terminating: true }))
      .endTrial(60_000),
  );
  assert.not.ok(codes(told.reasons).includes('process-ended'), 'its pod had been told to end');
  const asked = await ended('stable-1', 20_000);
  assert.not.ok(codes(asked.reasons).includes('process-ended'), 'the fault took that node');
});

test('if an instrument was late, that is the reason, and what follows from it is not reported', async () => {
  const powerOff = { kind: 'power-off', node: 'preemptible-0' } as const;
  const without = await trialOf(
    history()
      .trial(10, { fault: powerOff })
      .streams(4, { from: 1000, to: 30_000 })
      .fault(10_000)
      .endTrial(60_000),
  );
  assert.equal(codes(without.reasons), ['none-on-target']);
  const late = await trialOf(
    history()
      .trial(10, { fault: powerOff })
      .streams(4, { from: 1000, to: 30_000 })
      .fault(10_000)
      .late(11_000, 'edge', { maxMs: 3000 })
      .endTrial(60_000),
  );
  assert.is(late.reasons[0]?.code, 'late');
  assert.not.ok(codes(late.reasons).includes('none-on-target'));
});

test('a policy of a newer version is a clear error', async () => {
  const events = history().trial(10).endTrial(60_000).events();
  const newer = events.map((event) =>
    event.type === 'trial-start' ? { ...event, policy: 'exclude-first' as 'Local' } : event,
  );
  try {
    await reportOf(newer);
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof MidflightError && error.code === 'bad-history');
    assert.match(error.message, /exclude-first/);
  }
});

test.run();
