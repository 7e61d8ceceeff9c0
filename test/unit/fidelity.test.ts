import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fidelityTables, type Measured } from '../../scripts/fidelity-tables.ts';
import type { Clocks, Report } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { clockNames } from '../../src/catalogue/clocks.ts';
import { aDisturbance, aFault, aTrial } from '../support/report.ts';

const noClocks = Object.fromEntries(clockNames.map((name) => [name, null])) as Clocks;
const lane = { sent: 100, failed: 0, byOutcome: {}, byCause: {}, byCdnCode: {} };

/** One trial under Cluster with a fault: `lost` of 60 streams, and these clocks. */
function run(
  provider: Report['provider'],
  lost: number,
  clocks: Partial<Clocks>,
  resolutionSeconds = 0.2,
): Measured {
  const clocksSeconds = { ...noClocks, ...clocks };
  const clockNotes = Object.fromEntries(
    clockNames.map((name) => [name, { resolutionSeconds, code: null, reason: null, atLeastSeconds: null }]),
  );
  const trial = aTrial({
    fault: aFault('power-off', 'n'),
    requests: { ...aTrial().requests, completed: 60 - lost, lost, avoidableByLocal: lost },
    probes: { new: lane, reused: null },
    disturbances: [
      aDisturbance({ node: 'n', at: 1, lostBegunBefore: lost, failingShare: 0.2, clocksSeconds, clockNotes }),
    ],
    clocksSeconds,
    clockNotes,
    sourceAddress: 'lost',
  });
  return {
    firstLoadSeconds: 3,
    report: {
      schemaVersion: 2,
      midflightVersion: '0',
      experiment: 'example',
      description: '',
      provider,
      timeScale: 1,
      seed: 1,
      startedAt: '',
      wallSeconds: 10,
      verdict: 'pass',
      outcome: 'completed',
      reason: null,
      versions: {},
      notices: [],
      trials: [trial],
      comparison: [],
      expectations: [],
    },
  };
}

const tables = (embedded: Measured, kind: Measured, notes: Parameters<typeof fidelityTables>[1] = []) =>
  fidelityTables([{ embedded, kind }], notes);

test('what is alike is shown and needs no word', () => {
  const { markdown, unexplained } = tables(
    run('embedded', 12, { failover: 22 }),
    run('kind', 13, { failover: 21.5 }),
  );
  assert.match(markdown, '| streams lost | 20 % (12 of 60) / 22 % (13 of 60) |');
  assert.match(markdown, '| failover | 22.0 s / 21.5 s |');
  assert.not.match(markdown, '(a)');
  assert.not.match(markdown, 'longest silence');
  assert.equal(unexplained, []);
});

test('over 2 s, or over 20 % beyond the resolutions, is a difference', () => {
  const found = (a: number | null, b: number | null, resolution: number) =>
    tables(run('embedded', 12, { failover: a }, resolution), run('kind', 12, { failover: b }, resolution))
      .unexplained.length;
  assert.is(found(20, 22.1, 8), 1);
  assert.is(found(20, 21.9, 0.2), 0);
  assert.is(found(2, 3, 0.2), 1);
  assert.is(found(2, 3, 0.6), 0);
  assert.is(found(2, 2.3, 0.1), 0);
  assert.is(found(null, 2, 0.2), 1);
  assert.is(found(null, null, 0.2), 0);
});

test('when shares differ by no more than chance, that is reported; any other difference needs a reason', () => {
  const near = tables(run('embedded', 8, {}), run('kind', 14, {}));
  assert.match(near.markdown, '13 % (8 of 60) / 23 % (14 of 60) (a)');
  assert.match(near.markdown, '- (a) chance');
  const far = tables(run('embedded', 2, {}), run('kind', 30, {}));
  assert.is(far.unexplained.length, 1);
  assert.match(far.markdown, '(!)');
});

test('a note explains what it is for, and nothing else', () => {
  const note = {
    figures: ['failover' as const],
    experiments: ['example'],
    columns: ['Cluster'],
    why: 'the reason',
  };
  const [embedded, kind] = [run('embedded', 12, { failover: 10 }), run('kind', 12, { failover: 20 })];
  assert.match(tables(embedded, kind, [note]).markdown, '10.0 s / 20.0 s (a)');
  assert.match(tables(embedded, kind, [note]).markdown, '- (a) the reason');
  for (const other of [
    { experiments: ['another'] },
    { columns: ['Local'] },
    { figures: ['disruption' as const] },
  ])
    assert.is(tables(embedded, kind, [{ ...note, ...other }]).unexplained.length, 1);
});

test('the page has its figures, every difference with a reason', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'fidelity.md'), 'utf8');
  const shipped = [
    'preemption',
    'switchover',
    'ingress-node-loss',
    'app-node-loss',
    'source-ranges',
    'baseline',
  ];
  for (const name of shipped) assert.match(page, `### ${name}\n`);
  assert.not.match(page, '(!)');
});

test.run();
