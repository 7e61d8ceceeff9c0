import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { faultKinds } from '../../../src/catalogue/faults.ts';
import { policyNames } from '../../../src/catalogue/policies.ts';
import { meaningFor } from '../../../src/history/meaning.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { answer } from '../../../src/reports/answer.ts';
import { conclusion } from '../../../src/reports/conclusion.ts';
import { reportOf } from '../../support/analysis.ts';
import { goldenHistories } from '../../support/golden.ts';

// Longer names first: 'Cluster' is in 'Cluster->Local'.
const names: readonly string[] = [...policyNames, ...faultKinds].sort((a, b) => b.length - a.length);
const madeUp = (name: string) => `#${names.indexOf(name)}#`;
const asBefore = (text: string) => text.replaceAll(/#(\d+)#/g, (_, index) => names[Number(index)] ?? '');

/** The same history as one whose policies and faults have names that no catalogue knows, and say what they mean. */
function renamed(event: HistoryEvent): HistoryEvent {
  const policy = (name: string | null) => (name === null ? null : madeUp(name));
  switch (event.type) {
    case 'header': {
      const { plan } = event;
      const trials = plan.trials.map((one) => ({ ...one, policy: policy(one.policy) }));
      const expectations = plan.expectations.map((one) => ({ ...one, policy: policy(one.policy) }));
      return { ...event, plan: { ...plan, trials, expectations } as typeof plan };
    }
    case 'trial-start': {
      const { fault } = event;
      return {
        ...event,
        meaning: meaningFor(event.policy, fault?.kind ?? null),
        policy: policy(event.policy),
        fault: fault === null ? null : { ...fault, kind: madeUp(fault.kind) },
      } as typeof event;
    }
    case 'disturbance':
      return event.kind === 'command' ? event : { ...event, name: madeUp(event.name) };
    default:
      return event;
  }
}

for (const [name, make] of goldenHistories) {
  test(`${name}: what a policy and a fault mean is read from the history, not from their names`, async () => {
    const events = make().events();
    const known = await reportOf(events);
    const unknown = await reportOf(events.map(renamed));
    const told = (found: typeof known) => JSON.stringify([found, answer(found), conclusion(found)]);
    assert.ok(told(unknown).includes('#') || known.trials.length === 0);
    assert.is(asBefore(told(unknown)), told(known));
  });
}

test.run();
