import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analyse } from '../../../src/analysis/index.ts';
import type { DisturbanceReport, Report, TrialReport } from '../../../src/analysis/schema.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { readHistory } from '../../../src/history/reader.ts';

// Every figure here is reckoned by hand; test/histories/README.md says how.

interface Found {
  readonly report: Report;
  readonly trial: TrialReport;
  readonly first: DisturbanceReport;
  readonly second: DisturbanceReport | undefined;
}

async function found(name: string): Promise<Found> {
  const report = await analyse(readHistory(join(packageRoot(), 'test', 'histories', `${name}.ndjson`)));
  const [trial] = report.trials;
  const [first, second] = trial?.disturbances ?? [];
  if (trial === undefined || first === undefined) throw new Error(`${name} has no disturbance`);
  return { report, trial, first, second };
}

const spans = ({ outages }: DisturbanceReport) =>
  outages?.map(({ beganSeconds, lastedSeconds, failed, sent }) => [
    beganSeconds,
    Number(lastedSeconds.toFixed(3)),
    failed,
    sent,
  ]);
const verdicts = ({ expectations }: Report) => expectations.map(({ verdict }) => verdict);

test('well-by-chance: the outage is over after its last failed probe', async () => {
  const { report, trial, first } = await found('well-by-chance');
  assert.is(trial.clocksSeconds.failover, 13);
  assert.is(trial.clockNotes.failover?.resolutionSeconds, 14);
  assert.equal(spans(first), [
    [2, 1, 2, 2],
    [9, 3, 2, 4],
  ]);
  assert.is(first.failingShare, 4 / 11);
  assert.equal(first.customers, {
    streams: { sent: 1, ok: 0, byCdnCode: { cut: 1 }, unclear: 0 },
    newConnections: { sent: 6, ok: 2, byCdnCode: { 'slow-connect': 4 }, unclear: 0 },
  });
  assert.equal(report.comparison[0]?.failover?.interval, { low: 12, high: 27 });
  assert.is(trial.verdict, 'fail');
});

test('never-recovered: a good probe at the very end is no recovery', async () => {
  const { report, trial, first } = await found('never-recovered');
  assert.is(trial.clocksSeconds.failover, null);
  assert.equal(
    [trial.clockNotes.failover?.code, trial.clockNotes.failover?.atLeastSeconds],
    ['never-recovered', 29],
  );
  assert.equal(spans(first), [[1, 27, 19, 28]]);
  assert.equal(verdicts(report), ['fail', 'unknown', 'unknown']);
  assert.equal(
    report.expectations.map(({ reason }) => reason?.code),
    ['not-met', 'not-measured', 'never-recovered'],
  );
  assert.is(trial.verdict, 'fail');
  assert.equal(report.comparison[0]?.disturbances[0]?.failoverGaps, [
    { code: 'never-recovered', repeats: 1, atLeastSeconds: 29 },
  ]);
});

test('notice-and-cut: two disturbances with clocks, losses and shares of their own', async () => {
  const { trial, first: notice, second: cut } = await found('notice-and-cut');
  assert.equal([notice.kind, notice.at, notice.requestsLost], ['notice', 9, 1]);
  assert.equal([cut?.kind, cut?.at, cut?.requestsLost], ['fault', 39, 1]);
  assert.equal(spans(notice), [[2, 0, 1, 1]]);
  assert.equal(cut === undefined ? [] : spans(cut), [[2, 6, 4, 7]]);
  assert.equal([notice.clocksSeconds.failover, cut?.clocksSeconds.failover], [3, 9]);
  assert.equal([notice.clocksSeconds.edgeEjected, cut?.clocksSeconds.edgeEjected], [null, 9.5]);
  assert.equal(trial.clocksSeconds, cut?.clocksSeconds, "the trial's own are the power cut's");
  assert.equal(trial.requests.byCause, { ingress: 1, transit: 1 });
  assert.equal(trial.probes.new?.byCause, { ingress: 1, transit: 4 });
  assert.equal(trial.atInjection, { inFlight: 4, throughTarget: 2 });
  assert.is(trial.predicted?.lost, 2);
  assert.is(trial.verdict, 'pass');
});

test('late-within: a probe that was held up leaves its clocks unknown, and what is known is a bound', async () => {
  const { report, trial } = await found('late-within');
  for (const name of ['firstFailedProbe', 'lastFailedProbe', 'failover', 'disruption'] as const) {
    assert.is(trial.clocksSeconds[name], null, name);
    assert.is(trial.clockNotes[name]?.code, 'late', name);
  }
  assert.is(trial.clockNotes.failover?.atLeastSeconds, 3);
  assert.is(trial.clocksSeconds.edgeEjected, 3);
  assert.equal(verdicts(report), ['unknown', 'fail', 'pass']);
});

test("accepted-late: the edge's delay proves nothing against a policy", async () => {
  const { report, trial } = await found('accepted-late');
  assert.equal(trial.untrusted, [{ instrument: 'edge accept', from: 19.001, to: 24.5, maxLatenessMs: 3499 }]);
  assert.equal(trial.probes.new?.byCause, { switchover: 3 });
  assert.is(trial.verdict, 'unknown');
  assert.equal(
    trial.reasons.map(({ code }) => code),
    ['late'],
  );
  const [row] = report.comparison;
  assert.equal([row?.repeats, row?.unknownRepeats, row?.failover, row?.disturbances], [1, 1, null, []]);
});

test('no-target: a cause of its own, and the outcome that the balancer gives it', async () => {
  const { trial, first } = await found('no-target');
  assert.equal(trial.requests.byCause, { endpoint: 1, 'no-target': 2 });
  assert.equal(trial.requests.byCdnCode, { cut: 1, '522': 1, 'slow-connect': 1 });
  assert.equal(trial.probes.new?.byCause, { ingress: 1, 'no-target': 18 });
  assert.equal(spans(first), [[1, 18, 19, 19]]);
  assert.is(first.failingShare, 1);
  assert.is(trial.clocksSeconds.failover, 20);
  assert.is(trial.clockNotes.failover?.resolutionSeconds, 1);
});

test('two-outages: each has its row, and the good probe that ends it is none of it', async () => {
  const { trial, first } = await found('two-outages');
  assert.equal(spans(first), [
    [1, 2.667, 9, 9],
    [14, 0.667, 3, 3],
  ]);
  assert.is(first.failingShare, 12 / 42);
  assert.equal([trial.clocksSeconds.failover, trial.clocksSeconds.disruption], [15, 4]);
});

test.run();
