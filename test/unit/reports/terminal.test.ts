import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analyse } from '../../../src/analysis/index.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { readHistory } from '../../../src/history/reader.ts';
import { terminalReport } from '../../../src/reports/terminal.ts';

const report = await analyse(
  readHistory(join(packageRoot(), 'test', 'histories', 'cluster-loses-carrier.ndjson')),
);
const told = (more: Partial<typeof report>, columns = 200) =>
  terminalReport({ ...report, ...more }, { columns, colour: false, folder: 'out' });
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

test('how a run ended goes before what was measured, as in its exit code', () => {
  const file = join('out', 'report.html');
  assert.is(lastLine(told({ outcome: 'completed', verdict: 'pass' })), `pass · report: ${file}`);
  assert.is(
    lastLine(told({ outcome: 'failed', reason: 'sh ended with exit code 7', verdict: 'pass' })),
    `failed: sh ended with exit code 7; what was measured: pass · report: ${file}`,
  );
  assert.is(
    lastLine(told({ outcome: 'interrupted', reason: 'interrupted by SIGINT', verdict: 'unknown' })),
    `interrupted by SIGINT; what was measured: unknown · report: ${file}`,
  );
});

test('a run that ended before its first trial shows no empty table', () => {
  const text = told({ outcome: 'interrupted', reason: 'interrupted by SIGINT', trials: [], comparison: [] });
  assert.match(text, 'no trial was started');
  assert.not.match(text, 'client address');
});

test('no line is wider than the terminal', () => {
  for (const columns of [60, 80, 100, 160]) {
    for (const line of told({}, columns).split('\n')) assert.ok([...line].length <= columns, line);
  }
});

test('40 columns: no line is wider, whatever text is in it', () => {
  const trials = report.trials.map((trial) => ({
    ...trial,
    verdict: 'unknown' as const,
    reason: `no answer from ${'gke-production-eu-west-preemptible-pool-'.repeat(2)}0`,
  }));
  const folder = 'reports/2026-11-23T10-00-00-preemption';
  const text = terminalReport({ ...report, trials }, { columns: 40, colour: false, folder });
  for (const line of text.split('\n')) assert.ok([...line].length <= 40, line);
  assert.match(text, /^Clients behind Cloudflare would have$/m, 'a title breaks between words');
  assert.match(text.replaceAll(/\n */g, ''), `report:${join(folder, 'report.html')}`, 'nothing is left out');
});

test('80 columns: the path of the report stays in one piece', () => {
  const folder = `reports/${'a-long-folder-name-'.repeat(5)}`;
  const text = terminalReport(report, { columns: 80, colour: false, folder });
  assert.match(text, join(folder, 'report.html'));
});

test.run();
