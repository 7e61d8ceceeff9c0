import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../../../../src/base/clock.ts';
import { MidflightError } from '../../../../src/base/errors.ts';
import type { Unwound } from '../../../../src/changes/change-log.ts';
import type { Step, SwitchoverContext } from '../../../../src/policies/index.ts';
import { type FlipParts, rollBack, takeSteps } from '../../../../src/run/flip/steps.ts';

const test = suite('the steps of a flip');

/** Time passes only in sleep(). */
function handClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      now += ms * 1e6;
    },
  };
}

interface Options {
  readonly well?: (since: number, now: number) => boolean;
  /** From when on the balancer has followed everything, seconds. */
  readonly follows?: number;
}

function rig({ well = () => true, follows = Number.POSITIVE_INFINITY }: Options = {}) {
  const clock = handClock();
  const did: string[] = [];
  let made = 0;
  const step = (name: string, seen: (() => boolean) | null): Step => ({
    name,
    async make() {
      made += 1;
      did.push(name);
      return seen === null ? null : { what: `the evidence of ${name}`, seen };
    },
  });
  const balancer = {
    policy: 'Local' as const,
    get reconciledAt() {
      return clock.now() >= follows * 1e9 ? clock.now() : 0;
    },
    targets: new Set<string>(),
    healthy: new Set<string>(),
    lastOpened: () => null,
    openConnections: () => 0,
    lastCheck: () => null,
  };
  const parts = (steps: readonly Step[]): FlipParts => ({
    steps,
    context: { final: 'Local' } as SwitchoverContext,
    changes: {
      mark: () => made,
      async unwind(mark): Promise<Unwound[]> {
        const undone = did.slice(mark, made).reverse();
        made = mark;
        did.push(...undone.map((name) => `undo ${name} at ${clock.now() / 1e9}`));
        return undone.map((what) => ({ kind: 'test', what, result: 'restored', detail: 'as it was' }));
      },
    },
    balancer,
    clock,
    stepLimitMs: 5000,
    wellSince: well,
    say: () => {},
  });
  return {
    clock,
    did,
    step,
    parts,
  };
}

const never = new AbortController().signal;
const reasonOf = async (work: Promise<void>): Promise<MidflightError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof MidflightError) return error;
    throw error;
  }
  throw new Error('it was not stopped');
};

test('a step begins only with the evidence of the one before', async () => {
  const { clock, did, step, parts } = rig();
  const steps = [step('one', () => clock.now() >= 2e9), step('two', () => true)];
  const marks: number[] = [];
  await takeSteps(parts(steps), marks, never);
  assert.equal(did, ['one', 'two']);
  assert.equal(marks, [0, 1]);
  assert.ok(clock.now() >= 2e9);
});

test('evidence alone is not enough while clients are unwell', async () => {
  const { clock, step, parts } = rig({ well: (_since, now) => now >= 3e9 });
  await takeSteps(parts([step('one', () => true)]), [], never);
  assert.is(clock.now(), 3e9);
});

test('a step without its evidence stops the flip, and names what was waited for', async () => {
  const { did, step, parts } = rig();
  const { message } = await reasonOf(
    takeSteps(parts([step('one', () => false), step('two', () => true)]), [], never),
  );
  assert.match(message, 'timed out after 5 s waiting for the evidence of one');
  assert.equal(did, ['one']);
});

test('the last step waits for the balancer though it has no evidence of its own', async () => {
  const { clock, step, parts } = rig({ follows: 1 });
  await takeSteps(parts([step('flip', null)]), [], never);
  assert.is(clock.now(), 1e9);
});

test('aborted in a step: it stops there, and roll-back undoes the last first', async () => {
  const stop = new AbortController();
  const budget = new MidflightError('cluster-failed', '3 streams were lost');
  const { did, step, parts } = rig({
    well: (_since, now) => {
      if (now >= 1e9) stop.abort(budget);
      return false;
    },
  });
  const three = parts([step('one', null), step('two', () => true), step('three', () => true)]);
  const marks: number[] = [];
  assert.is(await reasonOf(takeSteps(three, marks, stop.signal)), budget);
  const unwound = await rollBack(three, marks, AbortSignal.abort());
  assert.equal(
    did.map((text) => text.replace(/ at .*/, '')),
    ['one', 'two', 'undo two', 'undo one'],
  );
  assert.is(unwound.length, 2);
});

test('between two steps the roll-back gives the balancer its time, unless it is urgent', async () => {
  const rolled = async (urgent: AbortSignal) => {
    const { did, step, parts } = rig();
    const two = parts([step('one', null), step('two', () => true)]);
    const marks: number[] = [];
    await takeSteps(two, marks, never);
    await rollBack(two, marks, urgent);
    return did.slice(2);
  };
  assert.equal(await rolled(AbortSignal.abort()), ['undo two at 0', 'undo one at 0']);
  // It never follows here: its whole time passes.
  assert.equal(await rolled(never), ['undo two at 0', 'undo one at 5.1']);
});

test.run();
