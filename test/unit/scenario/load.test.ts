import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { ScenarioError } from '../../../src/scenario/error.ts';
import { loadScenario, parseScenario } from '../../../src/scenario/load.ts';
import { problemsIn } from '../../support/problems.ts';
import { yamlFiles } from '../../support/scenario-files.ts';

const least = `name: least
nodes: [{ name: node, count: 1 }]
load: [{ kind: probe, rate: 1 }]
policies: [Local]
`;

const problemsOf = (text: string) => problemsIn(() => parseScenario(text, 'x.yaml'));

test('what is left out gets the documented defaults', () => {
  const { scenario } = parseScenario(least, 'x.yaml');
  assert.equal([scenario.cloud, scenario.seed, scenario.repeats, scenario.timeScale], ['gke', 1, 1, 1]);
  assert.equal(
    [scenario.stability, scenario.observe, scenario.edge.preset],
    ['10s', 'full', 'gke-instance-group'],
  );
  assert.equal(
    [scenario.ingress.terminationGracePeriod, scenario.app.terminationGracePeriod],
    ['60s', '30s'],
  );
  assert.is(scenario.ingress.traefik.graceTimeOut, '10s');
  assert.is(scenario.fault, undefined);
});

test('places: the key of a value, the item of a list, nothing for a default', () => {
  const { locate } = parseScenario(least, 'x.yaml');
  assert.equal(locate(['policies']), { line: 4, col: 1 });
  assert.equal(locate(['nodes', 0, 'count']), { line: 2, col: 23 });
  assert.equal(locate(['nodes', 0]), { line: 2, col: 9 });
  assert.is(locate(['seed']), undefined);
});

test('the error of a file carries its first problem and how many more', () => {
  const [file = ''] = yamlFiles('test/scenarios', 'invalid-values');
  try {
    loadScenario(file);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ScenarioError);
    if (!(error instanceof ScenarioError)) return;
    assert.is(error.exitCode, 64);
    assert.is(error.where, `${file}:2:1`);
    assert.ok(error.message.endsWith(`(and ${error.problems.length - 1} more)`));
  }
});

test('a missing file is reported as missing', () => {
  try {
    loadScenario(join(packageRoot(), 'no-such.yaml'));
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof MidflightError && error.code === 'missing-file' && error.exitCode === 64);
    assert.equal([error.message, error.hint], ['there is no such file', 'name a scenario file']);
  }
});

test('a file name with a slip is reported with the file that is there; a folder is reported as one', () => {
  const reason = (file: string) => {
    try {
      loadScenario(join(packageRoot(), file));
    } catch (error) {
      if (error instanceof MidflightError) return [error.exitCode, error.message, error.hint];
    }
    return [];
  };
  assert.equal(reason('experiments/basline.yaml'), [
    64,
    'there is no such file',
    `did you mean ${join(packageRoot(), 'experiments', 'baseline.yaml')}?`,
  ]);
  assert.equal(reason('experiments'), [64, 'this is a folder, not a scenario file', 'name the file in it']);
});

test('anchors may be used', () => {
  const text = `${least}ingress: { nodeSelector: &where { midflight.dev/pool: node } }\napp: { nodeSelector: *where }\n`;
  assert.equal(problemsOf(text), []);
  assert.equal(parseScenario(text, 'x.yaml').scenario.app.nodeSelector, { 'midflight.dev/pool': 'node' });
});

test('a misspelt part raises no false alarm about what it would have set', () => {
  const text = `${least}expect: { Cluster: { lost: 0 } }\nprovider: { kind: { policies: [Cluster] } }\n`;
  assert.equal(
    problemsOf(text).map(({ line, what }) => [line, what]),
    [[6, "unknown key 'provider'"]],
  );
});

test('a provider may run policies that the others do not, and its load must suit the fault too', () => {
  const text = `${least.replace('probe, rate: 1', 'streams, concurrency: 9')}
expect: { Cluster: { lost: 0 } }
fault: { kind: drain, target: { pool: node }, trigger: { streamsInFlight: 6 } }
providers: { kind: { policies: [Cluster], load: [{ kind: streams, concurrency: 5 }] } }
`;
  assert.equal(
    problemsOf(text).map(({ what }) => what),
    ['the fault waits for 6 streams, and the load of providers.kind has 5'],
  );
});

test('windows line ends and a byte order mark are no problem', () => {
  assert.equal(problemsOf(`\uFEFF${least.replaceAll('\n', '\r\n')}`), []);
});

test.run();
