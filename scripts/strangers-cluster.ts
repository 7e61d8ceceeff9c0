import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { packageRoot } from '../src/base/package.ts';
import { realBalancer } from '../test/support/stranger/balancer.ts';
import {
  createStranger,
  deleteStranger,
  excludedWorkers,
  kubectl,
  named,
  service,
  serviceKey,
} from '../test/support/stranger/cluster.ts';
import { command, type FlipCount, flipUnderLoad, untilWell } from '../test/support/stranger/flips.ts';

/*
 * Flips the policy of a Service on a kind cluster that midflight did not make, behind a real HAProxy, again and again, with
 * 200 streams of midflight's and curl beside them, and prints what each has counted. Needs Docker, kind, kubectl and haproxy.
 *   npm run build && node --import tsx scripts/strangers-cluster.ts up
 *   node --import tsx scripts/strangers-cluster.ts flips --for 150 --repeats 20   # goes on where it stopped
 *   node --import tsx scripts/strangers-cluster.ts table
 *   node --import tsx scripts/strangers-cluster.ts down
 * --way in-place: the plain patch, which loses requests: it shows that both count.
 *   node --import tsx scripts/strangers-cluster.ts predict --repeats 3 --cluster embedded
 * What `midflight rehearse` predicts for the plain patch, and what `midflight watch` then measures of it.
 *   node --import tsx scripts/strangers-cluster.ts run
 * `midflight run --cluster context:NAME`: policies, a flip and the deletion of a pod, through the same balancer.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string', default: 'corner-shop' },
    repeats: { type: 'string', default: '1' },
    /** Begins no further repeat after that many seconds. */
    for: { type: 'string', default: '86400' },
    way: { type: 'string', default: 'safe' },
    streams: { type: 'string', default: '200' },
    port: { type: 'string', default: '8099' },
    /** On which the rehearsal runs. */
    cluster: { type: 'string', default: 'embedded' },
  },
});
const folder = join(packageRoot(), 'reports', 'strangers-cluster');
mkdirSync(folder, { recursive: true });
const cluster = named(values.name, join(folder, `${values.name}.kubeconfig`));
const data = join(folder, `${values.way}.ndjson`);
const strategies =
  values.way === 'safe'
    ? ({ Local: 'exclude-first', Cluster: 'pin-check' } as const)
    : { Local: values.way, Cluster: values.way };
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Two rounds of checks, and HAProxy's reload. */
const settleMs = 5000;

const actions: Readonly<Record<string, () => void | Promise<void>>> = {
  up: () => createStranger(cluster),
  down: () => {
    deleteStranger(cluster);
    rmSync(cluster.kubeconfig, { force: true });
  },
  flips,
  predict,
  run,
  table: () => console.log(tableOf(counts())),
  audit: async () => {
    const { code, stdout, stderr } = await audit();
    console.log(`${stdout}${stderr}exit ${code}`);
  },
  serve: async () => {
    const balancer = await realBalancer(cluster, Number(values.port));
    console.log(`http://${balancer.address}/order?seconds=10`);
    await wait(Number(values.for) * 1000);
    await balancer.stop();
  },
};

function audit() {
  return command(['audit', '--kubeconfig', cluster.kubeconfig, '--service', serviceKey]);
}

function counts(): FlipCount[] {
  if (!existsSync(data)) return [];
  return readFileSync(data, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function flips(): Promise<void> {
  const end = Date.now() + Number(values.for) * 1000;
  const balancer = await realBalancer(cluster, Number(values.port));
  try {
    while (counts().length < 2 * Number(values.repeats) && Date.now() < end) {
      for (const to of ['Local', 'Cluster'] as const) {
        await untilWell(balancer.address);
        const counted = await flipUnderLoad(cluster, balancer.address, {
          to,
          strategy: strategies[to],
          streams: Number(values.streams),
          rate: 10,
          out: join(folder, to),
          more: values.way === 'safe' ? [] : ['--max-lost', '100000', '--max-failed', '100000'],
        });
        appendFileSync(data, `${JSON.stringify(counted)}\n`);
        console.log(tableOf([counted]).split('\n').at(-1));
        if (counted.curl.bad.length > 0) console.log(`curl: ${counted.curl.bad.slice(0, 5).join('; ')}`);
        if (counted.exitCode !== 0) console.log(counted.stderr.slice(-1500));
        const out = excludedWorkers(cluster);
        if (to === 'Cluster' && out.length > 0) console.log(`still excluded: ${out.join(', ')}`);
        // Where the flip was rolled back, the next one begins from where it should be.
        const patch = JSON.stringify({ spec: { externalTrafficPolicy: to } });
        kubectl(cluster, ['patch', 'service', service.name, '-n', service.namespace, '-p', patch]);
      }
    }
  } finally {
    await balancer.stop();
  }
}

const outageOf = z.looseObject({
  comparison: z.array(
    z.looseObject({
      disturbances: z.array(
        z.looseObject({
          kind: z.string().nullable(),
          outage: z
            .looseObject({ share: z.number().nullable(), longestSeconds: z.number(), failed: z.number() })
            .nullable(),
        }),
      ),
    }),
  ),
});

/** The worst outage of new connections that a report has, and for how long it lasted. */
function outageIn(folder: string): string {
  const { comparison } = outageOf.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
  const outages = comparison
    .flatMap(({ disturbances }) => disturbances)
    .flatMap(({ outage }) => (outage === null || outage.failed === 0 ? [] : [outage]));
  const worst = outages.sort((one, other) => other.longestSeconds - one.longestSeconds)[0];
  return worst === undefined
    ? 'none'
    : `${Math.round(100 * (worst.share ?? 0))} % for ${worst.longestSeconds.toFixed(2)} s`;
}

/** An experiment on it, with a pod of the ingress deleted on a node that its owner allows. */
async function run(): Promise<void> {
  const balancer = await realBalancer(cluster, Number(values.port));
  const file = join(folder, 'own.yaml');
  writeFileSync(
    file,
    `name: stranger
load:
  - { kind: streams, concurrency: 20, duration: 10s, ramp: 2s, renew: true }
  - { kind: probe, rate: 4, lanes: [new], timeout: 2s }
policies: [Cluster, 'Cluster->Local/exclude-first']
edge: { preset: haproxy }
fault: { kind: pod-delete, target: { node: ${cluster.edge[0]} } }
stability: 3s
providers:
  context:
    service: ${serviceKey}
    url: 'http://${balancer.address}/order?seconds=10'
    probePath: /
    maxLost: 200
`,
  );
  kubectl(cluster, ['label', 'node', cluster.edge[0] ?? '', 'midflight.dev/chaos=allowed', '--overwrite']);
  try {
    await untilWell(balancer.address);
    const ran = await command([
      ...['run', file, '--cluster', `context:kind-${cluster.name}`, '--kubeconfig', cluster.kubeconfig],
      ...['--allow-changes', '--quiet', '--force', '--out', join(folder, 'run')],
    ]);
    console.log(`${ran.stdout}${ran.stderr}exit ${ran.code}`);
    const policy = [
      'get',
      'service',
      service.name,
      '-n',
      service.namespace,
      '-o',
      'jsonpath={.spec.externalTrafficPolicy}',
    ];
    console.log(
      `afterwards: ${kubectl(cluster, policy)}, excluded: ${excludedWorkers(cluster).join(', ') || 'none'}`,
    );
  } finally {
    await balancer.stop();
  }
}

async function predict(): Promise<void> {
  const rehearsal = join(folder, `rehearsal-${values.cluster}`);
  const ran = await command([
    ...['rehearse', '--kubeconfig', cluster.kubeconfig, '--service', serviceKey, '--balancer', 'haproxy'],
    ...[
      '--cluster',
      values.cluster,
      '--policy',
      'Cluster->Local',
      '--repeats',
      values.repeats,
      '--out',
      rehearsal,
    ],
    ...['--force', '-o', join(folder, 'rehearsal.yaml'), '--quiet'],
  ]);
  console.log(`${ran.stdout.slice(-400)}${ran.stderr.slice(-400)}`);
  console.log(`rehearsed on ${values.cluster}: ${outageIn(rehearsal)}`);
  const balancer = await realBalancer(cluster, Number(values.port));
  const patch = (to: string) => [
    ...['--kubeconfig', cluster.kubeconfig, 'patch', 'service', service.name, '-n', service.namespace],
    ...['-p', JSON.stringify({ spec: { externalTrafficPolicy: to } })],
  ];
  try {
    await wait(settleMs);
    for (let repeat = 1; repeat <= Number(values.repeats); repeat += 1) {
      const out = join(folder, `watch-${repeat}`);
      const { code, stderr } = await command([
        ...['watch', `http://${balancer.address}/order?seconds=6`, '--probe-path', '/', '--rate', '20'],
        ...[
          '--duration',
          '10s',
          '--i-own-this',
          '--out',
          out,
          '--force',
          '--quiet',
          '--',
          'kubectl',
          ...patch('Local'),
        ],
      ]);
      console.log(
        `watched, exit ${code}: ${outageIn(out)} ${code === 0 || code === 1 ? '' : stderr.slice(-300)}`,
      );
      kubectl(cluster, patch('Cluster').slice(2));
      await wait(settleMs);
    }
  } finally {
    await balancer.stop();
  }
}

function tableOf(rows: readonly FlipCount[]): string {
  const cells = rows.map(({ to, strategy, exitCode, streams, probes, curl, seconds }) =>
    [
      `${to} by ${strategy}`,
      `${exitCode}`,
      `${streams?.lost} of ${streams?.started}`,
      `${probes?.failed} of ${probes?.sent}`,
      `${curl.streams.lost} of ${curl.streams.ended}`,
      `${curl.requests.failed} of ${curl.requests.ended}`,
      `${seconds.toFixed(1)} s`,
    ].join(' | '),
  );
  return [
    '| flip | exit | streams lost | probes failed | curl: orders lost | curl: requests failed | took |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...cells.map((row) => `| ${row} |`),
  ].join('\n');
}

const action = actions[positionals[0] ?? ''];
if (action === undefined) throw new Error(`one of ${Object.keys(actions).join(', ')} is missing`);
await action();
