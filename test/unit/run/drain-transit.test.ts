import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../../../src/base/clock.ts';
import type { ChangeLog } from '../../../src/changes/change-log.ts';
import { excludeLabel } from '../../../src/kube/names.ts';
import { drainRefusal, drainTransit } from '../../../src/run/drain-transit.ts';

/** Counts as a node gives them one after the other, a second apart; the last one stays. */
function rig(
  counts: readonly (number | Error)[],
  more: { settleMs?: number; limitMs?: number; abortAt?: number } = {},
) {
  let now = 0;
  const controller = new AbortController();
  const clock: Clock = {
    now: () => now * 1e6,
    async sleep(ms, signal) {
      now += ms;
      if (now >= (more.abortAt ?? Number.POSITIVE_INFINITY)) controller.abort(new Error('interrupted'));
      signal?.throwIfAborted();
    },
  };
  const did: string[] = [];
  const changes: Pick<ChangeLog, 'make' | 'mark' | 'keep' | 'unwind'> = {
    async make(kind, target, wanted) {
      did.push(`${kind.kind} ${JSON.stringify(target)} ${JSON.stringify(wanted)}`);
      return undefined as never;
    },
    mark: () => 3,
    keep: (mark) => void did.push(`keep ${mark}`),
    async unwind(mark) {
      did.push(`unwind ${mark}`);
      return [];
    },
  };
  let looks = 0;
  const said: string[] = [];
  const done = drainTransit(
    {
      ...{ node: 'spot', changes, clock, everyMs: 1000 },
      ...{ settleMs: more.settleMs ?? 3000, limitMs: more.limitMs ?? 60_000 },
      async count() {
        const found = counts[Math.min(looks, counts.length - 1)] ?? 0;
        looks += 1;
        if (found instanceof Error) throw found;
        return found;
      },
      say: (text) => said.push(text),
    },
    controller.signal,
  );
  return { done, did, said };
}
const label = 'node-exclusion {"node":"spot","owner":"drain-transit"} {"excluded":true}';

test('the node is excluded first; it may go when every count has been 0 for long enough, and the label stays', async () => {
  const { done, did, said } = rig([7, 7, 2, 0, 0, 0, 0]);
  assert.equal(await done, { first: 7, tookMs: 6000 });
  assert.equal(did, [label, 'keep 3']);
  assert.equal(said.slice(1), [
    '7 connections through spot to pods elsewhere',
    '2 connections through spot to pods elsewhere',
    '0 connections through spot to pods elsewhere',
  ]);
});

test('a connection that comes before the balancer has followed begins the wait anew', async () => {
  const { done } = rig([1, 0, 0, 1, 0, 0, 0, 0]);
  assert.is((await done).tookMs, 7000);
});

test('at the limit the label goes again, with the number that is left', async () => {
  const { done, did } = rig([5, 4], { limitMs: 5000 });
  const error = await done.catch((thrown: unknown) => thrown);
  assert.match(String(error), 'timed out after 5 s: 4 connections still pass through it');
  assert.equal(did, [label, 'unwind 3']);
});

test('an interruption and a count that fails take the label away too', async () => {
  const stopped = rig([5], { abortAt: 2000 });
  assert.match(String(await stopped.done.catch((thrown: unknown) => thrown)), 'interrupted');
  assert.equal(stopped.did, [label, 'unwind 3']);
  const failing = rig([5, new Error('no table')]);
  assert.match(String(await failing.done.catch((thrown: unknown) => thrown)), 'no table');
  assert.is(failing.did.at(-1), 'unwind 3');
});

test('refused if the balancer would have no node left', () => {
  const node = (name: string, ...keys: string[]) => ({
    name,
    labels: Object.fromEntries(keys.map((key) => [key, 'true'])),
  });
  assert.is(drainRefusal('a', [node('a'), node('b')]), null);
  assert.match(
    drainRefusal('a', [node('a'), node('b', excludeLabel)]) ?? '',
    'every other one has the label',
  );
  const controlPlane = node('c', 'node-role.kubernetes.io/control-plane');
  assert.match(drainRefusal('a', [node('a'), controlPlane]) ?? '', 'there is no other');
});

test.run();
