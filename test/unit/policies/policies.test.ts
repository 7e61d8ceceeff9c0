import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { strategies } from '../../../src/policies/index.ts';
import { policyNames } from '../../../src/scenario/schema.ts';

test('every policy of the scenario has its strategy, and a switchover ends where its name says', async () => {
  for (const name of policyNames) {
    const { initial, final, switchOver, name: own } = strategies[name];
    assert.is(own, name);
    const [from, to = from] = name.split('->');
    assert.is(initial, from);
    assert.is(final, to);
    const patched: string[] = [];
    await switchOver?.({ setPolicy: async (policy) => patched.push(policy) > 0 });
    assert.equal(patched, from === to ? [] : [to]);
  }
});

test.run();
