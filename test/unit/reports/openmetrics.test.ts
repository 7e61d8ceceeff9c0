import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analyse } from '../../../src/analysis/index.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { readHistory } from '../../../src/history/reader.ts';
import { openMetricsReport } from '../../../src/reports/openmetrics.ts';
import { readOpenMetrics } from '../../support/openmetrics.ts';
import { aReport, aRow, aTrial, threePolicies } from '../../support/report.ts';

const read = (report: Parameters<typeof openMetricsReport>[0]) => readOpenMetrics(openMetricsReport(report));
const histories = join(packageRoot(), 'test', 'histories');

for (const file of readdirSync(histories).filter((name) => name.endsWith('.ndjson'))) {
  test(`${file}: valid OpenMetrics text`, async () => {
    const samples = read(await analyse(readHistory(join(histories, file))));
    assert.ok(samples.length > 10, String(samples.length));
  });
}

test('figures carry policy, cause and disturbance as labels', () => {
  const samples = read(threePolicies());
  const of = (name: string, labels: Record<string, string>) =>
    samples.find(
      (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )?.value;
  assert.is(of('midflight_streams_lost', { policy: 'Cluster', cause: 'transit' }), 9);
  assert.is(of('midflight_streams_lost', { policy: 'Local' }), 0);
  assert.is(of('midflight_streams_lost_ratio', { policy: 'Cluster', bound: 'measured' }), 0.15);
  assert.is(of('midflight_failover_seconds', { policy: 'Cluster', statistic: 'median' }), 20.2);
  assert.is(
    of('midflight_customer_requests', { policy: 'Cluster', code: '522', requests: 'new connections' }),
    20,
  );
  assert.is(of('midflight_run_verdict', { verdict: 'pass' }), 1);
  assert.is(of('midflight_run_verdict', { verdict: 'fail' }), 0);
});

test('unknown figures are left out', () => {
  const samples = read(
    aReport({
      verdict: 'unknown',
      trials: [aTrial({ verdict: 'unknown' })],
      comparison: [aRow({ unknownRepeats: 1, started: 0 })],
    }),
  );
  assert.not.ok(samples.some(({ name }) => name.startsWith('midflight_streams')));
  assert.is(
    samples.find(({ name, labels }) => name === 'midflight_trials' && labels.verdict === 'unknown')?.value,
    1,
  );
});

test('names hold what a user wrote: quotes, backslashes and line feeds are escaped', () => {
  const experiment = 'a "b"\\\nc';
  const [first] = read(aReport({ experiment }));
  assert.is(first?.labels.experiment, experiment);
});

test('the reader used here refuses invalid input', () => {
  const good = openMetricsReport(aReport());
  for (const bad of [
    good.replace('# EOF\n', ''),
    good.replace(/(midflight_run_info\{.*\n)/, '$1$1'),
    good.replace('# TYPE midflight_run_info gauge\n', ''),
    good.replace('provider="embedded"', 'provider="a"b"'),
    good.replace('} 54', '} fifty'),
  ]) {
    assert.is.not(bad, good);
    assert.throws(() => readOpenMetrics(bad));
  }
});

test.run();
