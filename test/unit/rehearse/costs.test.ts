import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComparisonRow } from '../../../src/analysis/schema.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { costLines } from '../../../src/rehearse/index.ts';

type Disturbance = ComparisonRow['disturbances'][number];

const disturbance = (kind: Disturbance['kind'], requestsLost: number, outage: Disturbance['outage']) =>
  ({ kind, requestsLost, outage }) as Disturbance;
const row = (policy: string, disturbances: Disturbance[], more: Partial<ComparisonRow> = {}) =>
  ({ policy, repeats: 1, unknownRepeats: 0, started: 40, disturbances, ...more }) as ComparisonRow;
const outage = { sent: 40, failed: 8, share: 0.2, longestSeconds: 21 };

test('a death and a flip, each with what it alone has cost', () => {
  const lines = costLines(
    {
      comparison: [
        row('Cluster', [disturbance('notice', 1, null), disturbance('fault', 7, outage)]),
        row('Cluster->Local', [
          disturbance('flip', 3, { ...outage, share: 0.6, longestSeconds: 10.4 }),
          disturbance('fault', 9, outage),
        ]),
      ],
    },
    'Cluster',
  );
  assert.equal(lines, [
    "a node's death under Cluster, as it is now: 8 of 40 requests are cut; 20 % of new connections fail for 21.0 s",
    'flip Cluster->Local: 3 of 40 requests are cut; 60 % of new connections fail for 10.4 s',
  ]);
});

test('what could not be judged has no figure', () => {
  const rows = [row('Local', [], { repeats: 2, unknownRepeats: 2 })];
  assert.equal(costLines({ comparison: rows }, 'Cluster'), [
    "a node's death under Local: not known, the trial could not be judged",
  ]);
});

test('the page shows these words', () => {
  const page = readFileSync(join(packageRoot(), 'docs/rehearse.md'), 'utf8');
  assert.match(page, "a node's death under Cluster, as it is now:");
});

test.run();
