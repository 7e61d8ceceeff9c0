import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isSwitchover, policies, policyNames } from '../../../src/catalogue/policies.ts';
import { strategyOf } from '../../../src/policies/index.ts';

test('each policy of a scenario patches the Service to its final policy, or does nothing', async () => {
  for (const name of policyNames) {
    const { name: own, initial, final, switchOver } = strategyOf(name);
    assert.is(own, name);
    const patched: string[] = [];
    await switchOver?.({ setPolicy: async (policy) => patched.push(policy) > 0 });
    assert.equal(patched, isSwitchover(name) ? [final] : []);
    assert.is(initial === final, !isSwitchover(name));
    assert.is(name, initial === final ? initial : `${initial}->${final}`);
    assert.is(policies[name].final, final);
  }
});

test.run();
