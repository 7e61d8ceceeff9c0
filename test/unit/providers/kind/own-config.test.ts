import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../../src/base/errors.ts';
import { baseConfig } from '../../../../src/providers/kind/config.ts';
import { checkOwnConfig } from '../../../../src/providers/kind/own-config.ts';

const head = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n';

function refusal(text: string): string {
  try {
    checkOwnConfig(text, 'mine.yaml');
  } catch (error) {
    assert.ok(error instanceof MidflightError);
    assert.equal([error.code, error.where], ['bad-usage', 'mine.yaml']);
    return error.message;
  }
  throw new Error(`not refused: ${text}`);
}

test('what kind knows and midflight does not decide is taken', () => {
  checkOwnConfig(baseConfig(), 'kind-config.yaml');
  checkOwnConfig(head, 'least.yaml');
  checkOwnConfig(
    `${head}featureGates: { X: true }
networking: { apiServerPort: 6443, podSubnet: 10.1.0.0/16 }
nodes: [{ role: control-plane, extraPortMappings: [] }, { role: worker, extraMounts: [] }]
containerdConfigPatches: ["x"]
`,
    'mine.yaml',
  );
});

for (const [lines, words] of [
  ['name: mine', 'name: midflight names its clusters itself'],
  ['nodes: [{ role: control-plane }, { role: control-plane }]', 'nodes: one control plane at most'],
  ['nodes: [{ role: worker }, { role: worker }]', 'nodes: one worker at most'],
  ['nodes: [{ role: worker, labels: { a: b } }]', 'nodes: labels of workers'],
  ['networking: { kubeProxyMode: ipvs }', 'networking.kubeProxyMode: write it into the scenario'],
  ['networking: { ipFamily: dual }', 'networking.ipFamily: '],
  ['networking: { disableDefaultCNI: true }', 'networking.disableDefaultCNI: '],
  ['nodes: [{ role: node }]', 'nodes.0.role: '],
  ['nodes: 3', 'nodes: '],
] as const) {
  test(`refused: ${lines}`, () => {
    assert.match(refusal(`${head}${lines}\n`), words);
  });
}

test('every problem is named at once', () => {
  const text = refusal(`${head}name: x\nnetworking: { ipFamily: ipv6, kubeProxyMode: none }\n`);
  for (const word of ['name: ', 'networking.ipFamily: ', 'networking.kubeProxyMode: '])
    assert.match(text, word);
});

test('a file of another kind, and one that is no YAML', () => {
  assert.match(refusal('kind: ConfigMap\napiVersion: v1\n'), 'kind: ');
  assert.match(refusal(''), 'the file: ');
  assert.match(refusal('kind: [\n'), 'not a kind configuration');
});

test.run();
