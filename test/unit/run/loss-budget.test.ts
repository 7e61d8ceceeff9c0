import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import type { Plan } from '../../../src/plan/schema.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { conduct } from '../../../src/run/conduct.ts';
import { lossBudget } from '../../../src/run/loss-budget.ts';
import { stagesOf } from '../../../src/run/stages.ts';
import { journalSomewhere } from '../../support/changes.ts';
import { basicPlan } from '../../support/plan.ts';

const started = (id: string, lane?: 'new' | 'reused') =>
  ({
    ...{ type: 'start', id, t: 1, load: 'l', trial: 0, kind: lane === undefined ? 'stream' : 'probe' },
    ...(lane === undefined ? {} : { lane }),
  }) as unknown as HistoryEvent;
const ended = (id: string, outcome: string) =>
  ({ type: 'end', id, t: 2, outcome }) as unknown as HistoryEvent;

function counted(
  maxLost: number | null,
  maxFailed: number | null,
  events: readonly HistoryEvent[],
): string | null {
  const budget = lossBudget({ maxLost, maxFailed });
  for (const event of events) budget.observe(event);
  return budget.stop.aborted ? String(budget.stop.reason.message) : null;
}

test('streams are counted over all trials; whole and cancelled ones cost nothing', () => {
  const lost = ['a', 'b'].flatMap((id) => [started(id), ended(id, 'reset')]);
  const fine = ['c', 'd'].flatMap((id, at) => [started(id), ended(id, at === 0 ? 'completed' : 'cancelled')]);
  assert.is(counted(2, null, [...lost, ...fine]), null);
  assert.is(counted(1, null, [...lost, ...fine]), 'streams lost: 2, and maxLost is 1: the run was ended');
  assert.is(counted(null, null, lost), null);
});

test('probes are counted by lane, and not as streams', () => {
  const probes = (['new', 'reused', 'new'] as const).flatMap((lane, at) => [
    started(`p${at}`, lane),
    ended(`p${at}`, 'timed-out'),
  ]);
  assert.is(counted(0, 2, probes), null);
  assert.match(counted(0, 1, probes) ?? '', 'failed probes on new connections: 2, and maxFailed is 1');
});

test('the run ends when it is exceeded, with the reason, and what it holds is released', async () => {
  const events: HistoryEvent[] = [];
  let isDown = false;
  const ownCluster = { maxLost: 0, maxFailed: null } as Plan['ownCluster'];
  const plan = { ...basicPlan, ownCluster } as Plan;
  const provider = {
    name: 'context',
    cluster: {
      ...{ disposable: false, kubectl: true, place: () => ({ provider: 'context' }), limits: () => [] },
      async open(_: unknown, { event }: { event: (one: HistoryEvent) => void }, signal: AbortSignal) {
        event(started('a'));
        signal.throwIfAborted();
        event(ended('a', 'reset'));
        signal.throwIfAborted();
      },
    },
    effects: {},
    front: { kind: 'url' },
    workload: { owner: 'theirs' },
    down: async () => {
      isDown = true;
    },
  } as unknown as Provider;
  const end = await conduct(
    { write: (event) => events.push(event), signal: new AbortController().signal },
    {
      ...{ plan, versions: {} },
      begin: (session) => stagesOf({ plan, provider, journal: journalSomewhere() }, session),
    },
  );
  assert.is(end.outcome, 'failed');
  assert.match(JSON.stringify(end.reason), 'streams lost: 1, and maxLost is 0: the run was ended');
  assert.ok(isDown);
  assert.is(events.at(-1)?.type, 'finish');
});

test.run();
