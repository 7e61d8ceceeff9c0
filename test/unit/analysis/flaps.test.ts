import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import { type HistoryBuilder, history, ns } from '../../support/history.ts';

/*
 * A machine that is too slow for our processes is too slow for the cluster's own: healthy pods and nodes fail their checks, and
 * connections are refused that a healthy cluster serves. That proves nothing against a policy.
 */

const fault = { kind: 'power-off', node: 'preemptible-0' };

/** Local, a limit of no failed probe, and one refused at 15 s. */
async function verdictWith(more: (builder: HistoryBuilder) => unknown, toNobody = false) {
  const builder = history({ expect: [['probes.new.failed', 0]], green: ['stable-0', 'stable-1'] })
    .trial(0, { fault, policy: 'Local' })
    .fault(10_000)
    .streams(2, { from: 1000, to: 25_000 })
    .probes({
      from: 5000,
      to: 30_000,
      fails: (due) => due === 15_000 && { outcome: 'refused', to: 15_001, ...(toNobody ? { toNobody } : {}) },
    });
  more(builder);
  const { verdict, reasons } = await trialOf(builder.endTrial(31_000));
  return { verdict, codes: reasons.map(({ code }) => code), text: reasons[0]?.text ?? '' };
}

const late = (builder: HistoryBuilder) => builder.late(15_500, 'edge', { maxMs: 3000 });

/** An ingress pod fails its readiness probe, and is well again. */
const unready = (builder: HistoryBuilder, node = 'stable-0') => {
  const pod = (ready: boolean, at: number) =>
    builder.add({
      type: 'endpoints',
      t: ns(at),
      service: 'ingress',
      endpoints: [{ address: '10.1.0.1', node, pod: 'ingress-0', ready, serving: ready, terminating: false }],
    });
  pod(true, 9000);
  pod(false, 14_500);
  return pod(true, 16_000);
};

test('refused while a healthy pod was not ready and an instrument was late: unknown, and why', async () => {
  const { verdict, codes, text } = await verdictWith((builder) => late(unready(builder)));
  assert.is(verdict, 'unknown');
  assert.equal(codes, ['late']);
  assert.match(text, /^edge was late by 3000 ms, and 1 request through healthy nodes failed meanwhile$/);
});

test('nothing was late: a refusal is a failure, whatever was not ready', async () => {
  assert.is((await verdictWith((builder) => unready(builder))).verdict, 'fail');
});

test('nothing dropped out: lateness alone refuses nothing', async () => {
  assert.is((await verdictWith(late)).verdict, 'fail');
});

test('a pod of the node that was taken is no survivor', async () => {
  assert.is((await verdictWith((builder) => late(unready(builder, 'preemptible-0')))).verdict, 'fail');
});

test('a pod that dropped out long before, or later, did not refuse it', async () => {
  const at = (from: number) => (builder: HistoryBuilder) =>
    late(builder)
      .ejected(from, 'stable-0')
      .green(from + 1000, 'stable-0');
  assert.is((await verdictWith(at(11_000))).verdict, 'fail');
  assert.is((await verdictWith(at(20_000))).verdict, 'fail');
  assert.is((await verdictWith(at(14_500))).verdict, 'unknown');
});

test('no target left because checks of healthy nodes timed out: unknown; if they did not: a failure', async () => {
  const flapped = (builder: HistoryBuilder) =>
    late(builder).ejected(14_000, 'stable-0').ejected(14_100, 'stable-1');
  assert.is((await verdictWith(flapped, true)).verdict, 'unknown');
  assert.is((await verdictWith(late, true)).verdict, 'fail');
});

test('a node without a pod that answers 503 is as it should be', async () => {
  const red = (builder: HistoryBuilder) => late(builder).ejected(14_500, 'preemptible-1', '503');
  assert.is((await verdictWith(red)).verdict, 'fail');
});

/** Local, a limit of no failed probe, and one at 15 s that had no answer in time. */
async function unansweredWith(maxMs: number, at: number) {
  const builder = history({ expect: [['probes.new.failed', 0]], green: ['stable-0', 'stable-1'] })
    .trial(0, { fault, policy: 'Local' })
    .fault(10_000)
    .streams(2, { from: 1000, to: 25_000 })
    .probes({
      from: 5000,
      to: 30_000,
      fails: (due) => due === 15_000 && { outcome: 'hung', to: 17_000 },
    })
    .late(at, 'cluster', { maxMs });
  return trialOf(builder.endTrial(31_000));
}

test('no answer in time while a process of the cluster was late: unknown, and why', async () => {
  const { verdict, reasons, untrusted } = await unansweredWith(3000, 16_500);
  assert.is(verdict, 'unknown');
  assert.match(reasons[0]?.text ?? '', 'cluster was late by 3000 ms');
  assert.is(untrusted[0]?.instrument, 'cluster');
});

test('a process of the cluster that was late at another time, or a little, is no excuse', async () => {
  assert.is((await unansweredWith(3000, 12_000)).verdict, 'fail');
  assert.is((await unansweredWith(49, 16_500)).verdict, 'fail');
});

test('a healthy pod dropped out as a process of the cluster was late: what was refused is unknown', async () => {
  const { verdict, text } = await verdictWith((builder) =>
    unready(builder).late(15_500, 'cluster', { maxMs: 3000 }),
  );
  assert.is(verdict, 'unknown');
  assert.match(text, /^cluster was late by 3000 ms, and 1 request through healthy nodes failed meanwhile$/);
});

/** A limit of no failed probe; one failed at 7 s, and nothing is done before 10 s. */
async function failedEarly(
  options: Parameters<typeof history>[0],
  { done = true, also }: { done?: boolean; also?: number } = {},
) {
  const builder = history({ ...options, expect: [['probes.new.failed', 0]], green: ['stable-0', 'stable-1'] })
    .trial(0, { ...(done ? { fault } : {}), policy: 'Local' })
    .streams(2, { from: 1000, to: 25_000 })
    .probes({
      from: 5000,
      to: 30_000,
      fails: (due) => (due === 7000 || due === also) && { outcome: 'refused', to: due + 1 },
    });
  if (done) builder.fault(10_000);
  const { verdict, reasons } = await trialOf(builder.endTrial(31_000));
  return { verdict, text: reasons.map((reason) => reason.text).join('; ') };
}

test('failed before anything was done, on a cluster of processes of this machine: unknown, and why', async () => {
  const { verdict, text } = await failedEarly({});
  assert.is(verdict, 'unknown');
  assert.match(text, '1 of these failed before anything was done');
});

test('what failed after it is a failure all the same', async () => {
  assert.is((await failedEarly({}, { also: 15_000 })).verdict, 'fail');
});

test('a trial in which nothing is done has no time before it: its failures count', async () => {
  assert.is((await failedEarly({}, { done: false })).verdict, 'fail');
});

test('a real cluster that fails before anything was done is a finding', async () => {
  assert.is((await failedEarly({ plan: { provider: 'kind' } })).verdict, 'fail');
});

test.run();
