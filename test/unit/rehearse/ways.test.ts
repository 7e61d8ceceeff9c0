import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { switchoverPolicy } from '../../../src/catalogue/policies.ts';
import { switchoverNames } from '../../../src/catalogue/switchovers.ts';
import { refusalOf, type SwitchoverContext, strategyOf } from '../../../src/policies/index.ts';
import { presets } from '../../../src/presets/index.ts';
import { presetNames } from '../../../src/scenario/schema.ts';
import { deployment, node, service, slice } from '../../support/audit.ts';
import { rehearsed } from '../../support/rehearse.ts';
import { having, rig, node as sight } from '../../support/switchover-rig.ts';

/* Which ways are rehearsed is a rule of its own, over a shape; which may be taken, the strategies' preconditions decide. */

const directions = [
  { now: 'Cluster', final: 'Local', direction: 'Cluster->Local' },
  { now: 'Local', final: 'Cluster', direction: 'Local->Cluster' },
] as const;

const hooks = [
  { what: 'no hook', lifecycle: undefined },
  { what: 'a hook that sleeps', lifecycle: { preStop: { sleep: { seconds: 5 } } } },
  { what: 'a hook of its own', lifecycle: { preStop: { exec: { command: ['drain'] } } } },
] as const;

for (const preset of presetNames)
  for (const { what, lifecycle } of hooks)
    test(`${preset}, ${what}: what is rehearsed is what may be taken`, async () => {
      for (const { now, final, direction } of directions) {
        const edge = presets[preset];
        const { shape, scenario } = rehearsed(
          [
            service({ externalTrafficPolicy: now }),
            slice(['n0', 'n1']),
            deployment({}, lifecycle === undefined ? {} : { lifecycle }),
            ...['n0', 'n1', 'n2', 'n3'].map((name) => node(name)),
          ],
          null,
          preset,
        );
        assert.is(shape.balancer.preset, preset);
        const container = {
          name: 'ingress',
          ...(lifecycle === undefined ? {} : { lifecycle: asApi(lifecycle) }),
        };
        const { context } = rig({
          ...having(sight('with-0'), sight('with-1'), sight('bare-0'), sight('bare-1')),
          ...{ edge, final },
          // A scenario has a second address.
          second: {} as SwitchoverContext['second'],
          ingressTemplate: async () => ({ metadata: {}, spec: { containers: [container] } }),
        });
        for (const name of switchoverNames) {
          const policy = switchoverPolicy(direction, name);
          const { switchOver } = strategyOf(policy, edge);
          const refusal = await refusalOf(switchOver?.preconditions ?? [], context);
          assert.is(
            scenario.policies.includes(policy),
            refusal === null,
            `${policy}: ${refusal ?? 'may be taken'}`,
          );
        }
      }
    });

/** As the API has it. */
const asApi = (lifecycle: NonNullable<(typeof hooks)[number]['lifecycle']>) => {
  const { preStop } = lifecycle;
  return {
    preStop: 'sleep' in preStop ? { sleep: preStop.sleep } : { exec: { command: [...preStop.exec.command] } },
  };
};

test('there are no nodes left to exclude or to spread to: only strategies that need none are rehearsed', () => {
  const { scenario } = rehearsed([service(), slice(['n0', 'n1']), node('n0'), node('n1')], null, 'haproxy');
  assert.equal(scenario.policies, ['Cluster', 'Local', 'Cluster->Local', 'Cluster->Local/parallel-service']);
});

test.run();
