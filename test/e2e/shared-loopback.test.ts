import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { runCli, sandbox, stateFiles } from '../support/cli.ts';

/*
 * Where all of loopback is one address (macOS, Windows), nodes are told apart by their ports. The trap is the same; the
 * source addresses cannot be seen, and the report says so.
 */
const test = suite('one loopback address');
const box = sandbox();
box.env.MIDFLIGHT_SHARED_LOOPBACK = '1';
test.after(() => box.remove());

const scenario = `
name: shared
nodes:
  - { name: stable, count: 2, labels: { pool: stable } }
  - { name: preemptible, count: 2, preemptible: true }
ingress: { replicas: 2, nodeSelector: { pool: stable } }
app: { replicas: 2, nodeSelector: { pool: stable } }
load:
  - { kind: streams, concurrency: 24, duration: 70s, chunkInterval: 1s, ramp: 4s, stall: 20s }
  - { kind: probe, rate: 2, timeout: 5s }
policies: [Cluster, Local]
fault: { kind: power-off, target: { pool: preemptible, runs: nothing } }
observe: short
stability: 8s
timeScale: 7.9
expect:
  Cluster: { lost.transit: "> 0", predictedMatches: true }
  Local: { lost: 0 }
`;

test('Cluster loses what the dead node carried, Local nothing, and what cannot be seen is reported', async () => {
  const file = join(box.folder, 'shared.yaml');
  writeFileSync(file, scenario);
  const { code, stdout, stderr } = await runCli(['run', file, '--out', box.reports], box);
  assert.is(code, 0, `${stdout}\n${stderr.slice(-3000)}`);
  assert.match(stdout, 'source addresses cannot be seen');
  const report = reportSchema.parse(JSON.parse(readFileSync(join(box.reports, 'report.json'), 'utf8')));
  for (const { policy, requests, predicted, sourceAddress } of report.trials) {
    assert.is(sourceAddress, null, 'not seen, so not claimed');
    assert.is(requests.lost, predicted?.lost);
    assert.is(requests.byCause.transit ?? 0, requests.lost);
    assert.ok(policy === 'Local' ? requests.lost === 0 : requests.lost > 0);
  }
  assert.equal(stateFiles(box), []);
});

test.run();
