import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { eachEvent } from '../../src/history/reader.ts';
import { runCli, sandbox, stateFiles } from '../support/cli.ts';

/** The instrument itself loses nothing: twenty times, on three clusters that are used again. */
const test = suite('baseline');
const repeats = 20;
const box = sandbox();
test.after(() => box.remove());

test(`nothing is lost in ${repeats} trials, three at a time`, async () => {
  const file = join(packageRoot(), 'experiments', 'baseline.yaml');
  const ended = await runCli(
    [
      ...['run', file, '--out', box.reports, '--repeats', String(repeats), '--policy', 'Cluster'],
      ...['--parallel', '3'],
    ],
    box,
  );
  assert.is(ended.code, 0, ended.stderr.slice(-3000));
  const report = reportSchema.parse(JSON.parse(readFileSync(join(box.reports, 'report.json'), 'utf8')));
  assert.is(report.trials.length, repeats);
  for (const { requests, probes, verdict, reason } of report.trials) {
    assert.is(verdict, 'pass', String(reason));
    assert.is(requests.lost, 0);
    assert.is(requests.completed, requests.started);
    assert.ok(requests.started > 0);
    assert.is(probes.new?.failed, 0);
    assert.is(probes.reused?.failed ?? 0, 0);
    assert.ok((probes.new?.sent ?? 0) > 0);
  }
  // Each trial stands after its cluster's topology, whose time is that of the cluster's beginning.
  const clusters = new Set<number>();
  await eachEvent(join(box.reports, 'history.ndjson'), (event) => {
    if (event.type === 'topology') clusters.add(event.t);
  });
  assert.ok(clusters.size < repeats / 2, `${clusters.size} clusters were made`);
  assert.equal(stateFiles(box), [], 'no journal is left');
});

test.run();
