import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isCounted } from '../../src/analysis/comparison.ts';
import { type DisturbanceReport, type Report, report as reportSchema } from '../../src/analysis/schema.ts';
import { MidflightError } from '../../src/base/errors.ts';
import { causes } from '../../src/catalogue/causes.ts';
import { cdnCodes } from '../../src/catalogue/cdn-codes.ts';
import { type HistoryEvent, outcomes } from '../../src/history/schema.ts';
import { reportOf } from '../support/analysis.ts';
import { arbitraryHistory } from '../support/arbitrary-history.ts';

const sum = (counts: Partial<Record<string, number>> | undefined) =>
  Object.values(counts ?? {}).reduce<number>((total, count) => total + (count ?? 0), 0);

const startsOf = (events: readonly HistoryEvent[], trial: number, kind: 'stream' | 'probe') =>
  events.filter((event) => event.type === 'start' && event.trial === trial && event.kind === kind).length;

/** Each failed probe is in one outage, and each customer saw one thing. */
function outagesAddUp({ outages, customers, clocksSeconds, clockNotes }: DisturbanceReport): void {
  const { streams, newConnections } = customers;
  for (const seen of [streams, newConnections]) {
    if (seen !== null) assert.is(seen.sent, seen.ok + sum(seen.byCdnCode) + seen.unclear);
  }
  assert.is(newConnections === null, outages === null);
  for (const { sent, failed, share, lastedSeconds } of outages ?? []) {
    assert.ok(failed >= 1 && failed <= sent && lastedSeconds >= 0);
    assert.is(share, failed / sent);
  }
  const [first, last] = [outages?.[0], outages?.at(-1)];
  const { firstFailedProbe, lastFailedProbe, failover } = clocksSeconds;
  if (first !== undefined && firstFailedProbe !== null) assert.is(firstFailedProbe, first.beganSeconds);
  if (last === undefined || lastFailedProbe === null) return;
  assert.ok(Math.abs(lastFailedProbe - last.beganSeconds - last.lastedSeconds) < 1e-5);
  if (failover !== null)
    assert.ok(failover > lastFailedProbe, 'no failover ends before its last failed probe');
  const bound = clockNotes.failover?.atLeastSeconds ?? null;
  if (bound !== null) assert.is(failover, null, 'a clock with a value needs no bound');
}

/** All that adds up in any report, whatever its history. */
function addsUp(report: Report, events: readonly HistoryEvent[]): void {
  reportSchema.parse(report);
  for (const {
    index,
    requests,
    probes,
    disturbances,
    predicted,
    atInjection,
    clocksSeconds,
  } of report.trials) {
    const { started, completed, lost, cancelled } = requests;
    assert.is(started, startsOf(events, index, 'stream'), 'every stream that began is counted');
    assert.is(started, completed + lost + cancelled);
    for (const counts of [requests.byOutcome, requests.byOutcomeClient]) {
      assert.is(sum(counts), started, 'one outcome each');
      assert.ok(Object.keys(counts).every((name) => outcomes.some((one) => one === name)));
    }
    assert.is(requests.byOutcome.completed ?? 0, completed);
    assert.is(requests.byOutcome.cancelled ?? 0, cancelled);
    assert.ok(lost >= 0);
    assert.is(sum(requests.byCause), lost, 'one cause for each loss');
    assert.ok(sum(requests.byCdnCode) <= lost, 'at most one code for each loss');
    assert.ok(Object.keys(requests.byCause).every((name) => causes.some((one) => one === name)));
    assert.ok(Object.keys(requests.byCdnCode).every((name) => cdnCodes.some((one) => one === name)));
    assert.ok(requests.avoidableByLocal <= (requests.byCause.transit ?? 0));
    const lanes = [probes.new, probes.reused];
    assert.is(
      lanes.reduce((total, lane) => total + (lane?.sent ?? 0), 0),
      startsOf(events, index, 'probe'),
    );
    for (const lane of lanes) {
      if (lane === null) continue;
      assert.is(sum(lane.byOutcome), lane.sent);
      const { completed: good = 0, cancelled: ours = 0 } = lane.byOutcome;
      assert.is(lane.failed, lane.sent - good - ours);
      assert.is(sum(lane.byCause), lane.failed);
    }
    const blamed = disturbances.reduce((total, { requestsLost }) => total + requestsLost, 0);
    assert.ok(blamed <= lost, 'no loss belongs to two disturbances');
    for (const one of disturbances) {
      assert.is(one.lostBegunBefore + one.lostBegunAfter, one.requestsLost);
      assert.ok(one.failingShare === null || (one.failingShare >= 0 && one.failingShare <= 1));
      outagesAddUp(one);
      for (const [name, seconds] of Object.entries(one.clocksSeconds)) {
        assert.ok(seconds === null || seconds >= 0, `${name}: ${seconds}`);
        const reason = one.clockNotes[name as keyof typeof one.clockNotes]?.reason;
        assert.is(reason === null, seconds !== null, `${name}: ${seconds} and ${reason}`);
      }
    }
    const { firstFailedProbe: first, lastFailedProbe: last } = clocksSeconds;
    if (first !== null && last !== null) assert.ok(first <= last);
    if (predicted !== null && atInjection !== null) {
      assert.ok(predicted.lost <= atInjection.throughTarget);
      assert.ok(atInjection.throughTarget <= atInjection.inFlight && atInjection.inFlight <= started);
      assert.ok(predicted.expectedShare >= 0 && predicted.expectedShare <= 1);
    }
  }
  for (const row of report.comparison) {
    const all = report.trials.filter(({ policy }) => policy === row.policy);
    const trials = all.filter(isCounted);
    assert.is(row.unknownRepeats, all.length - trials.length);
    assert.is(row.repeats, all.length);
    assert.is(
      row.started,
      trials.reduce((total, { requests }) => total + requests.started, 0),
    );
    assert.is(
      row.lost,
      trials.reduce((total, { requests }) => total + requests.lost, 0),
    );
    if (row.interval !== null) {
      const share = row.lost / row.started;
      assert.ok(0 <= row.interval.low && row.interval.low <= share);
      assert.ok(share <= row.interval.high && row.interval.high <= 1);
    }
  }
}

test('every request has one outcome, and all sums add up', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryHistory, async ({ events }) => addsUp(await reportOf(events), events)),
    { numRuns: 300 },
  );
});

test('the same history gives the same report', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryHistory, async ({ events }) => {
      const copy: HistoryEvent[] = JSON.parse(JSON.stringify(events));
      assert.equal(await reportOf(copy), await reportOf(events));
    }),
    { numRuns: 50 },
  );
});

test('the order in which several writers reach the file does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryHistory, fc.infiniteStream(fc.nat({ max: 5 })), async ({ events }, delays) => {
      assert.equal(await reportOf(late(events, delays)), await reportOf(events));
    }),
    { numRuns: 300 },
  );
});

/** Who writes a line; one writer's lines keep their order. */
function writerOf(event: HistoryEvent): string {
  switch (event.type) {
    case 'start':
    case 'end':
      return event.type === 'start' ? event.load : 'recorder';
    case 'edge-open':
    case 'edge-close':
    case 'health':
    case 'reconcile':
      return 'edge';
    case 'node':
    case 'endpoints':
    case 'pod':
    case 'service':
      return 'watches';
    case 'ingress':
      return `ingress ${event.pod}`;
    case 'lateness':
      return `lateness ${event.instrument}`;
    default:
      return 'run';
  }
}

/** The lines as they would be written if each came up to 5 ms late. Trials begin and end when all is said. */
function late(events: readonly HistoryEvent[], delays: Iterator<number>): HistoryEvent[] {
  const loads = new Map(events.flatMap((event) => (event.type === 'start' ? [[event.id, event.load]] : [])));
  const last = new Map<string, number>();
  const arrivals = events.map((event) => {
    if (event.type === 'trial-start' || event.type === 'trial-end') return { event, at: event.t };
    const writer = event.type === 'end' ? (loads.get(event.id) ?? '') : writerOf(event);
    const delay = Number(delays.next().value ?? 0) * 1e6;
    const at = Math.max(event.t + delay, last.get(writer) ?? 0);
    last.set(writer, at);
    return { event, at };
  });
  return arrivals.sort((one, other) => one.at - other.at).map(({ event }) => event);
}

test('a history cut anywhere is a report that is no pass, or an error for people', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryHistory, fc.nat(), async ({ events }, where) => {
      const cut = events.slice(0, where % events.length);
      const report = await reportOf(cut).catch((error: unknown) => {
        if (error instanceof MidflightError && error.code !== 'internal') return null;
        throw error;
      });
      if (report === null) return assert.is(cut.length, 0, 'only a history without a header has no report');
      addsUp(report, cut);
      assert.is.not(report.verdict, 'pass');
      assert.is(report.outcome, 'interrupted');
    }),
    { numRuns: 500 },
  );
});

test('a cut history reports the same about whole trials as the whole one', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryHistory, fc.nat(), async ({ events }, where) => {
      const cut = events.slice(0, 1 + (where % (events.length - 1)));
      const [whole, part] = [await reportOf(events), await reportOf(cut)];
      const ended = cut.filter(({ type }) => type === 'trial-end').length;
      assert.equal(part.trials.slice(0, ended), whole.trials.slice(0, ended));
      for (const { verdict } of part.trials.slice(ended)) assert.is(verdict, 'unknown');
    }),
    { numRuns: 200 },
  );
});

test.run();
