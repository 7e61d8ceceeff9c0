import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { packageRoot, packageVersion } from '../../src/base/package.ts';

/*
 * The manifests of deploy/ in a kind cluster, as somebody applies them: with our image, a shop that they watch, and a
 * stand-in for the Pushgateway that keeps what it gets.
 */

const ownImageName = `ghcr.io/midflight/midflight:${packageVersion()}`;
const root = packageRoot();
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Builds our image by the Dockerfile, from the bundles of this checkout, and loads it into a kind cluster. Throws if Docker or kind refuses. */
export function loadOwnImage(cluster: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-image-'));
  try {
    const content = ['dist', 'experiments', 'schemas', 'package.json', 'kind-config.yaml'];
    const tarball = join(folder, `midflight-${packageVersion()}.tgz`);
    execFileSync('tar', ['--transform=s,^,package/,', '-czf', tarball, ...content], { cwd: root });
    for (const file of ['Dockerfile', '.dockerignore']) cpSync(join(root, file), join(folder, file));
    execFileSync('docker', ['build', '--quiet', '--tag', ownImageName, folder], { stdio: 'ignore' });
    execFileSync('kind', ['load', 'docker-image', ownImageName, '--name', cluster], { stdio: 'ignore' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface ClusterJobs {
  readonly kubeconfig: string;
  kubectl(words: readonly string[], input?: string): string;
  /** Resolves with how a Job ended. */
  ended(namespace: string, job: string): 'Complete' | 'Failed' | 'neither';
  /** What the stand-in for the Pushgateway got: method and path, then the body. */
  pushed(): string;
  remove(): void;
}

const pod = (namespace: string, name: string, port: number, script: string) => [
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name, image: ownImageName, command: ['node', '-e', script] }],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { selector: { app: name }, ports: [{ port: name === 'shop' ? 80 : port, targetPort: port }] },
  },
];
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const shop = `require('http').createServer((q, s) => { if (q.url === '/broken') s.statusCode = 503; s.end('ok'); }).listen(8080)`;
const receiver = `require('http').createServer((q, s) => { let b = q.method + ' ' + q.url + '\\n'; q.on('data', (c) => { b += c; });
q.on('end', () => { fs.writeFileSync('/tmp/pushed', b); s.end(); }); }).listen(9091)`;

/** The shop, the receiver and deploy/cronjob.yaml in a cluster that has our image; its watch is shorter, all else as it stands. */
export function deployJobs(cluster: string): ClusterJobs {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-jobs-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, execFileSync('kind', ['get', 'kubeconfig', '--name', cluster]), { mode: 0o600 });
  const kubectl = (words: readonly string[], input = '') =>
    execFileSync('kubectl', ['--kubeconfig', kubeconfig, ...words], { input, encoding: 'utf8' });
  const cronJob = parseAllDocuments(read('deploy/cronjob.yaml').replace('--duration=5m', '--duration=5s'), {
    merge: true,
  }).map((document) => document.toJS());
  // As the controller of Argo Rollouts makes it for a metric, for a page that is whole and for one that is not.
  const template = read('deploy/argo-rollouts.yaml').replace('--duration=2m', '--duration=5s');
  const argo = ['', 'broken'].map((page) => {
    const url = `http://shop.default.svc/${page}`;
    const { spec } = parse(template.replace('{{args.url}}', url));
    const name = `analysis-${page === '' ? 'whole' : page}`;
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { namespace: 'midflight', name },
      spec: spec.metrics[0].provider.job.spec,
    };
  });
  const items = [
    namespace('midflight'),
    namespace('monitoring'),
    ...pod('default', 'shop', 8080, shop),
    ...pod('monitoring', 'pushgateway', 9091, receiver),
    ...cronJob,
  ];
  kubectl(
    ['apply', '--filename', '-', '--validate=strict'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );
  for (const [name, where] of [
    ['shop', 'default'],
    ['pushgateway', 'monitoring'],
  ] as const)
    kubectl(['wait', `pod/${name}`, '--namespace', where, '--for=condition=Ready', '--timeout=120s']);
  kubectl(['apply', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: argo }));
  return {
    kubeconfig,
    kubectl,
    ended(where, job) {
      const of = (condition: string, seconds: number) =>
        spawnSync('kubectl', [
          ...['--kubeconfig', kubeconfig, 'wait', `job/${job}`, '--namespace', where],
          ...[`--for=condition=${condition}`, `--timeout=${seconds}s`],
        ]).status === 0;
      for (let turn = 0; turn < 60; turn += 1)
        for (const condition of ['Complete', 'Failed'] as const) if (of(condition, 1)) return condition;
      return 'neither';
    },
    pushed: () => kubectl(['exec', 'pushgateway', '--namespace', 'monitoring', '--', 'cat', '/tmp/pushed']),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
