import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { type ConductSession, conduct, type Stages } from '../../../src/run/conduct.ts';
import { basicPlan } from '../../support/plan.ts';
import { virtualTime } from '../../support/virtual-time.ts';

/** What a conducted measurement did, in order: events by their type, and its own steps in capitals. */
function conducted(
  stages: (session: ConductSession, log: string[]) => Partial<Stages>,
  abort = new AbortController(),
) {
  const time = virtualTime();
  const log: string[] = [];
  const events: HistoryEvent[] = [];
  const end = time.until(
    conduct(
      {
        clock: time.clock,
        signal: abort.signal,
        onStatus: (text) => log.push(`status ${text}`),
        write(event) {
          events.push(event);
          log.push(event.type);
        },
      },
      {
        plan: basicPlan,
        versions: {},
        runId: 'example-1',
        begin: (session) => ({
          async work() {
            log.push('WORK');
            return { outcome: 'completed', reason: null };
          },
          async cleanUp() {
            log.push('CLEAN UP');
          },
          ...stages(session, log),
        }),
      },
    ),
  );
  return { end, log, events, time };
}

const order = ['header', 'WORK', 'status cleaning up', 'CLEAN UP', 'finish'];

test('header, work, cleaning up, last line: in that order', async () => {
  const { end, log, events } = conducted(() => ({}));
  assert.equal(await end, { outcome: 'completed', reason: null });
  assert.equal(log, order);
  const [first, last] = [events[0], events.at(-1)];
  assert.is(first?.type === 'header' && first.runId, 'example-1');
  assert.equal(last?.type === 'finish' && [last.outcome, last.reason], ['completed', null]);
});

test('work that fails: cleaned up, and the reason is in the last line', async () => {
  const { end, log, events } = conducted((_session, log) => ({
    async work() {
      log.push('WORK');
      throw new MidflightError('cluster-failed', 'no node is Ready', { hint: 'look' });
    },
  }));
  const { outcome, reason } = await end;
  assert.is(outcome, 'failed');
  assert.is(reason?.text, 'no node is Ready (look)');
  assert.equal(log, order);
  const last = events.at(-1);
  assert.equal(last?.type === 'finish' && last.reason, reason);
});

test('a defect is thrown on, but only after everything is cleaned up and written', async () => {
  const { end, log, events } = conducted((_session, log) => ({
    async work() {
      log.push('WORK');
      throw new TypeError('x is not a function');
    },
  }));
  const error = await end.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, TypeError);
  assert.equal(log, order);
  const last = events.at(-1);
  assert.is(last?.type === 'finish' && last.outcome, 'failed');
});

test('Ctrl-C in the middle: interrupted, cleaned up once, at the instant of the signal', async () => {
  const abort = new AbortController();
  const { end, log, events } = conducted(
    ({ clock, signal }, log) => ({
      async work() {
        log.push('WORK');
        void clock.sleep(3000).then(() => abort.abort(new MidflightError('interrupted', 'by SIGINT')));
        await clock.sleep(60_000, signal);
        return { outcome: 'completed', reason: null };
      },
    }),
    abort,
  );
  assert.is((await end).outcome, 'interrupted');
  assert.equal(log, order);
  assert.is(events.at(-1)?.t, 3e9);
});

test('a failure after Ctrl-C is its consequence: the run counts as interrupted', async () => {
  const abort = new AbortController();
  abort.abort(new MidflightError('interrupted', 'by SIGINT'));
  const { end } = conducted(
    () => ({
      work: () => Promise.reject(new MidflightError('api-failed', 'the connection broke')),
    }),
    abort,
  );
  assert.equal(await end, { outcome: 'interrupted', reason: { code: 'interrupted', text: 'by SIGINT' } });
});

test('what cannot begin is thrown on, with nothing but the header written', async () => {
  const log: string[] = [];
  const run = conduct(
    { signal: new AbortController().signal, write: ({ type }) => log.push(type) },
    {
      plan: basicPlan,
      versions: {},
      begin() {
        throw new MidflightError('missing-requirement', 'no journal can be written');
      },
    },
  );
  assert.match(
    await run.then(
      () => 'it began',
      (error: Error) => error.message,
    ),
    'no journal',
  );
  assert.equal(log, ['header']);
});

test('the stages see every event, and the state does too', async () => {
  const seen: string[] = [];
  const { end } = conducted((session) => ({
    observe: ({ type }) => seen.push(type),
    async work() {
      session.record({ type: 'instrument-failed', t: 0, instrument: 'x', code: 'gave-up', reason: 'y' });
      return {
        outcome: session.state.failures.length === 1 ? 'completed' : 'failed',
        reason: null,
      };
    },
  }));
  assert.is((await end).outcome, 'completed');
  assert.equal(seen, ['instrument-failed', 'finish']);
});

test.run();
