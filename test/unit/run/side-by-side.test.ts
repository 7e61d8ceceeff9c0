import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { orderCheck } from '../../../src/history/order.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { type ConductSession, conduct, type Stages } from '../../../src/run/conduct.ts';
import { endOf, type RunEnd } from '../../../src/run/run.ts';
import { sideBySide } from '../../../src/run/side-by-side/index.ts';
import type { Bench } from '../../../src/run/stages.ts';
import { basicPlan } from '../../support/plan.ts';
import { virtualTime } from '../../support/virtual-time.ts';

const completed: RunEnd = { outcome: 'completed', reason: null };
const trials = (['Cluster', 'Local', 'Cluster->Local'] as const).map((policy, index) => ({
  index,
  policy,
  repeat: 0,
  seed: index,
}));
const plan = { ...basicPlan, trials };

interface Given {
  readonly most?: number;
  /** How late an instrument is in the attempt of this name, real milliseconds. */
  readonly lateMs?: (name: string) => number;
  readonly end?: (name: string) => RunEnd;
  readonly interruptAtMs?: number;
  readonly throws?: (name: string) => Error | null;
}

/** Trials on clusters that are nothing but their events: 1 s to come up, then 10 s of trial and 1 s for each index. */
async function ran({ most = 3, lateMs = () => 0, end = () => completed, interruptAtMs, throws }: Given) {
  const { clock, timers, until, nowMs } = virtualTime();
  const written: HistoryEvent[] = [];
  const shown: HistoryEvent[] = [];
  const cleaned: string[] = [];
  const abort = new AbortController();
  if (interruptAtMs !== undefined)
    timers.after(interruptAtMs, () => abort.abort(new MidflightError('interrupted', 'Ctrl-C')));
  const stagesOf = ({ plan: { trials: own }, journal }: Bench, session: ConductSession): Stages => ({
    async work() {
      const [planned] = own;
      if (planned === undefined || own.length !== 1) throw new Error('one trial for each cluster');
      const t = () => clock.now();
      const { index, policy, repeat, seed } = planned;
      session.record({
        type: 'note',
        t: t(),
        level: 'info',
        code: 'other',
        text: `${journal.runId} comes up`,
      });
      await clock.sleep(1000, session.signal);
      const error = throws?.(journal.runId) ?? null;
      if (error !== null) throw error;
      session.record({ type: 'trial-start', t: t(), trial: index, policy, repeat, seed, fault: null });
      const late = { type: 'lateness', instrument: 'edge', windowMs: 1000, count: 1, p99Ms: 0 } as const;
      session.record({ ...late, t: t(), maxMs: lateMs(journal.runId) });
      try {
        await clock.sleep(10_000 + index * 1000, session.signal);
      } catch (thrown) {
        session.record({ type: 'trial-end', t: t(), trial: index, outcome: 'interrupted', invalid: [] });
        return endOf(session.signal, thrown);
      }
      session.record({ type: 'trial-end', t: t(), trial: index, outcome: 'completed', invalid: [] });
      return end(journal.runId);
    },
    async cleanUp() {
      cleaned.push(journal.runId);
    },
  });
  const apart = {
    most,
    room: async () => true,
    bench: async (name: string) => ({
      provider: {} as Bench['provider'],
      journal: { file: '', runId: name },
    }),
  };
  const ended = await until(
    conduct(
      {
        clock,
        signal: abort.signal,
        write: (event) => written.push(event),
        show: (event) => shown.push(event),
      },
      {
        plan,
        versions: {},
        runId: 'example',
        begin: (session) => sideBySide({ plan, apart, session, stagesOf }),
      },
    ).catch((error: Error) => error.message),
  );
  return { written, shown, cleaned, ended, seconds: nowMs() / 1000 };
}

/** `0+` a trial's start, `0-` its end; notes in their words. */
const brief = (events: readonly HistoryEvent[]) =>
  events.flatMap((event) => {
    if (event.type === 'trial-start') return [`${event.trial}+`];
    if (event.type === 'trial-end') return [`${event.trial}-`];
    return event.type === 'note' ? [event.text] : [];
  });

const inOrder = ['0-1', '1-2', '2-3'].flatMap((name) => [`${name} comes up`, `${name[0]}+`, `${name[0]}-`]);

test('three at once; the history has one after the other, each with what its own cluster said', async () => {
  const { written, seconds, ended, cleaned } = await ran({});
  assert.equal(brief(written), inOrder);
  assert.is(seconds, 15, 'instead of 36');
  assert.equal(ended, completed);
  assert.equal(cleaned, ['0-1', '1-2', '2-3']);
});

test('such a history is in order', async () => {
  const { written } = await ran({});
  const check = orderCheck();
  assert.equal(
    written.map((event) => check.problem(event)).filter((problem) => problem !== null),
    [],
  );
});

test('the first that is under way is shown from its beginning, then the next; all of each', async () => {
  const { shown, written } = await ran({});
  assert.equal(brief(shown), brief(written));
  assert.is(shown.length, written.length, 'header and last line too');
});

test('a trial whose instruments were late beside others is run again alone; what it was before is in no history', async () => {
  const { written, ended, seconds, cleaned } = await ran({ lateMs: (name) => (name === '1-2' ? 60 : 49) });
  assert.equal(brief(written), [
    '0-1 comes up',
    '0+',
    '0-',
    'trial 2 was run again alone: beside others edge was late by 60 ms',
    '1-4 comes up',
    '1+',
    '1-',
    '2-3 comes up',
    '2+',
    '2-',
  ]);
  assert.is(written.filter(({ type }) => type === 'lateness').length, 3);
  assert.is(seconds, 15 + 12);
  assert.equal(ended, completed);
  assert.equal(cleaned, ['0-1', '1-2', '2-3', '1-4']);
});

test('a part that fails beside others is tried again alone; if it fails then, that is the end', async () => {
  const failed: RunEnd = { outcome: 'aborted', reason: { code: 'edge-ended', text: 'the edge ended' } };
  const once = await ran({ end: (name) => (name === '1-2' ? failed : completed) });
  assert.equal(once.ended, completed);
  const twice = await ran({ end: (name) => (name.startsWith('1-') ? failed : completed) });
  assert.equal(twice.ended, failed);
  assert.equal(brief(twice.written).slice(-3), ['2-3 comes up', '2+', '2-']);
});

test('interrupted: every trial under way is ended and recorded, none is run again', async () => {
  const { written, ended, cleaned } = await ran({ interruptAtMs: 5000, lateMs: () => 80 });
  assert.equal(brief(written), inOrder);
  assert.is(typeof ended === 'object' && ended.outcome, 'interrupted');
  assert.is(cleaned.length, 3);
});

test('a defect of ours is thrown, after all that was started is cleaned up', async () => {
  const { ended, cleaned } = await ran({
    throws: (name) => (name.startsWith('1') ? new Error('bug') : null),
  });
  assert.is(ended, 'bug');
  assert.equal(cleaned, ['1-2', '0-1']);
});

test.run();
