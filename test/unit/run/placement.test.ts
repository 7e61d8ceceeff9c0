import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { placement } from '../../../src/changes/kinds/index.ts';
import { rememberPlacement } from '../../../src/run/cluster.ts';
import { basicPlan } from '../../support/plan.ts';

test('extra ingress pods of a switchover are not brought back to where a fault within it found them', async () => {
  const groups: unknown[] = [];
  const parts = {
    plan: basicPlan,
    workload: {
      ingress: { namespace: 'front', labelSelector: 'app=ingress' },
      app: { namespace: 'shop', labelSelector: 'app=shop,tier=web', service: 'shop' },
    },
    changes: {
      make: async (kind: unknown, target: { groups: unknown[] }) => {
        assert.is(kind, placement);
        groups.push(...target.groups);
      },
    },
  } as unknown as Parameters<typeof rememberPlacement>[0];
  await rememberPlacement(parts);
  assert.equal(groups, [
    { namespace: 'front', labelSelector: 'app=ingress,!midflight.dev/extra-ingress' },
    { namespace: 'shop', labelSelector: 'app=shop,tier=web,!midflight.dev/extra-ingress' },
  ]);
});

test.run();
