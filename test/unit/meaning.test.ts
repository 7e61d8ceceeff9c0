import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../src/base/package.ts';
import { clusterNames, providerNames } from '../../src/catalogue/clusters.ts';
import { faultKinds } from '../../src/catalogue/faults.ts';
import { policies, policyNames, trafficPolicies } from '../../src/catalogue/policies.ts';
import { switchoverNames } from '../../src/catalogue/switchovers.ts';
import { registry } from '../../src/providers/registry.ts';

/* What a thing means is written once, in src/catalogue and src/kube: nothing else decides by its name. */

const src = join(packageRoot(), 'src');
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)));
const folderOf = (file: string) => file.split('/')[0] ?? '';

/** The lines of a file without their comments. */
const codeLines = (file: string): string[] =>
  readFileSync(join(src, file), 'utf8')
    .split('\n')
    .map((line) => line.replace(/\/\/.*|^\s*\/?\*.*/, ''));

/** Names of policies, of values of the traffic policy, of faults and of switchovers. */
const names = new Set<string>([
  ...policyNames,
  ...trafficPolicies,
  ...faultKinds,
  ...Object.values(policies).flatMap(({ switchover }) => switchover ?? []),
]);

test('plan, analysis and reports decide nothing by the name of a policy or a fault', () => {
  const found = files
    .filter((file) => ['plan', 'analysis', 'reports'].includes(folderOf(file)))
    .flatMap((file) =>
      readFileSync(join(src, file), 'utf8')
        // What a balancer does with connections of an ejected node has a name in common with a fault.
        .replaceAll("onEjected === 'drain'", '')
        // So has what midflight watch runs, as a kind of disturbance.
        .replaceAll(/(kind === 'fault' \|\| kind === |case |'step' \| )'command'/g, '')
        .split('\n')
        .flatMap((line, index) => {
          const code = line.replace(/\/\/.*|^\s*\/?\*.*/, '');
          const literals = [...code.matchAll(/'([^']*)'|"([^"]*)"|`([^`]*)`|\.(Cluster|Local)\b/g)];
          return literals
            .filter((match) => names.has(match.slice(1).find((group) => group !== undefined) ?? ''))
            .map(([text]) => `${file}:${index + 1} ${text}`);
        }),
    );
  assert.equal(found, []);
});

/** Where names of ways to flip stand: their rows, their list, and the name of the policy that each makes. */
const ofWays = ['catalogue/', 'policies/index.ts'];

test('nothing else decides by the name of a way to flip', () => {
  const literal = new RegExp(`'(${switchoverNames.join('|')})'`);
  const found = files
    .filter((file) => !ofWays.some((one) => file.startsWith(one)))
    .flatMap((file) =>
      codeLines(file).flatMap((line, at) => (literal.test(line) ? [`${file}:${at + 1} ${line.trim()}`] : [])),
    );
  assert.equal(found, []);
});

/** What decides by the name of a kind of cluster, or names it in place of a row: `provider === 'kind'`, `case 'kind':`. */
const all = providerNames.join('|');
const byCluster = new RegExp(
  [
    `(provider|cluster|name|word|place|runsOn)\\)? [!=]== '(${all})'`,
    `case '(${all})'`,
    `(provider|cluster): '(${all})'`,
    `providers\\??\\.(${all})\\b`,
    `'(${all})'(, | \\| )'(${all})'`,
  ].join('|'),
);

/** Where the names stand, and the commands that are about one kind of cluster only. */
const ofOneCluster = [
  'catalogue/clusters.ts',
  ...clusterNames.map((name) => `providers/${name}/`),
  'library/types.ts', // copied into the package as it stands: library/run.ts holds its names to the rows
  'plan/watch.ts', // the plan of a watch, which has no cluster
  'rehearse/index.ts', // a rehearsal's scenario is made as large as the embedded cluster can be here
  'cli/commands/cluster.ts', // cluster up: kept kind clusters and playgrounds
  'cli/cluster-action.ts',
  'cli/kind-config.ts',
  'cli/playground.ts',
  'run/flip/finish.ts', // a flip is of a cluster that is there already
  'cli/flip-service.ts',
  'cli/context-log.ts', // the journal of what is changed on a cluster that is there already
  'cli/own-cluster.ts', // an experiment on such a cluster
  'transit/sources/docker-exec.ts', // only kind's nodes are containers
];
const isOfOneCluster = (file: string) => ofOneCluster.some((one) => file.startsWith(one));

test('what a kind of cluster means is in its row and its folder: nothing decides by its name', () => {
  const found = files
    .filter((file) => !isOfOneCluster(file))
    .flatMap((file) =>
      codeLines(file).flatMap((line, index) =>
        byCluster.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [],
      ),
    );
  assert.equal(found, []);
});

test('every row of a cluster has its folder, and its entry is what the registry loads', async () => {
  for (const name of clusterNames) {
    assert.ok(files.includes(`providers/${name}/entry.ts`), name);
    assert.is(typeof (await registry[name]()).tools, 'function');
  }
});

test('nothing but the registry and commands of one kind of cluster reach into the folder of a provider', () => {
  const imported = new RegExp(`['"][^'"]*/providers/(${clusterNames.join('|')})/`);
  const found = files.filter(
    (file) => !isOfOneCluster(file) && codeLines(file).some((line) => imported.test(line)),
  );
  assert.equal(found, []);
});

/** What Kubernetes' objects say of readiness and addresses is read in src/kube, and written by the embedded cluster. */
const readByHand = [
  /type === 'Ready'/,
  /type === 'InternalIP'/,
  /'kubernetes\.io\/service-name'/,
  /conditions\??\.ready (===|!==|\?\?)/,
  /deletionTimestamp (===|!==) undefined/,
];

test('readiness is read in one place', () => {
  const found = files
    .filter((file) => !['kube', 'cluster'].includes(folderOf(file)))
    .filter((file) => readByHand.some((one) => one.test(readFileSync(join(src, file), 'utf8'))));
  assert.equal(found, []);
});

test.run();
