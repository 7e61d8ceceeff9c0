import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeSight, SwitchoverContext } from '../../../../src/policies/index.ts';
import { exclude } from '../../../../src/policies/steps/exclude.ts';
import { followEstablished } from '../../../../src/run/flip/established.ts';

/** Counts that a test answers by hand; the sleep between two ends when the test says so. */
function rig() {
  const asked: (readonly string[])[] = [];
  const said: string[] = [];
  const answers: { resolve(counts: ReadonlyMap<string, number>): void; reject(error: Error): void }[] = [];
  const sleepers: (() => void)[] = [];
  const established = followEstablished({
    count(nodes, signal) {
      asked.push(nodes);
      return new Promise((resolve, reject) => {
        answers.push({ resolve, reject });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    clock: {
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          sleepers.push(resolve);
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    },
    everyMs: 5000,
    say: (text) => said.push(text),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...{ established, asked, said },
    async answer(counts: Readonly<Record<string, number>> | Error) {
      const next = answers.shift();
      if (counts instanceof Error) next?.reject(counts);
      else next?.resolve(new Map(Object.entries(counts)));
      await turn();
    },
    async pause() {
      sleepers.shift()?.();
      await turn();
    },
  };
}
const unknown = Number.POSITIVE_INFINITY;

test('nothing is counted before somebody asks; before the answer there may be any number', async () => {
  const { established, asked, answer } = rig();
  assert.equal(asked, []);
  assert.is(established.of('a'), unknown);
  assert.is(established.of('b'), unknown);
  assert.equal(asked, [['a']], 'the count under way is of those asked for when it began');
  await answer({ a: 3 });
  assert.is(established.of('a'), 3);
  assert.is(established.of('b'), unknown);
});

test('the next count is of all that were asked for meanwhile', async () => {
  const { established, asked, answer, pause, said } = rig();
  established.of('a');
  established.of('a');
  established.of('b');
  await answer({ a: 3 });
  await pause();
  established.of('a');
  assert.equal(asked[1]?.toSorted(), ['a', 'b']);
  await answer({ a: 0, b: 0 });
  assert.is(established.of('a') + established.of('b'), 0);
  assert.equal(said, ['open connections: a 3', 'open connections: none']);
});

test('a count that fails, or leaves a node out, is not taken for none', async () => {
  const { established, answer, pause, said } = rig();
  established.of('a');
  await answer({ a: 0 });
  await pause();
  assert.is(established.of('a'), 0);
  await answer(new Error('no table'));
  assert.is(established.of('a'), unknown);
  assert.is(said.at(-1), 'open connections could not be counted: no table');
  await pause();
  established.of('a');
  await answer({});
  assert.is(established.of('a'), unknown);
});

test('stopped: the count under way has ended, and no other begins', async () => {
  const { established, asked, said } = rig();
  established.of('a');
  await established.stop();
  assert.is(established.of('a'), unknown);
  assert.is(asked.length, 1);
  assert.equal(said, []);
});

test('the step exclude waits for it: over when every node has had none', async () => {
  const counts: Record<string, number> = { x: unknown, y: unknown };
  const askedFor = new Set<string>();
  const node = (name: string): NodeSight => ({
    ...{ name, labels: {}, excludedFor: [], taints: [], unschedulable: false },
    ...{ runsIngress: false, runsExtraIngressOnly: false },
  });
  let now = 0;
  const context = {
    changes: { make: async () => undefined },
    service: { namespace: 'web', name: 'traefik' },
    nodes: async () => [node('x'), node('y')],
    balancer: {
      targets: new Set<string>(),
      lastOpened: () => null,
      openConnections(name: string) {
        askedFor.add(name);
        return counts[name] ?? 0;
      },
    },
    awaitEstablished: true,
    isLost: () => false,
    now: () => now,
    quietNs: 10,
  } as unknown as SwitchoverContext;
  const evidence = await exclude.make(context);
  assert.is(evidence?.seen(), false);
  now = 100;
  assert.is(evidence?.seen(), false);
  assert.equal([...askedFor].sort(), ['x', 'y'], 'one count can answer for both');
  counts.x = 0;
  assert.is(evidence?.seen(), false);
  counts.y = 0;
  assert.is(evidence?.seen(), true);
});

test.run();
