import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { packageRoot } from '../src/base/package.ts';
import { excludeLabel } from '../src/kube/names.ts';
import { realBalancer } from '../test/support/stranger/balancer.ts';
import {
  createStranger,
  deleteStranger,
  kubectl,
  named,
  serviceKey,
} from '../test/support/stranger/cluster.ts';
import { command } from '../test/support/stranger/flips.ts';
import { holdStreams } from '../test/support/stranger/held-streams.ts';

/*
 * Silences nodes that only pass connections on, of a kind cluster that midflight did not make, and compares what `midflight
 * connections` had counted on each with the streams that a client then lost. Needs Docker, kind, kubectl and haproxy.
 *   npm run build && node --import tsx scripts/transit-kills.ts --way kill --repeats 10
 *   node --import tsx scripts/transit-kills.ts --way drain --repeats 10   # after drain-transit: none may be lost
 *   node --import tsx scripts/transit-kills.ts --table
 * The cluster is made at the start and removed at the end; --for SECONDS begins no further repeat after that time.
 */

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'ferry' },
    way: { type: 'string', default: 'kill' },
    /** exec or pod: how `midflight connections` reads the tables. */
    by: { type: 'string', default: 'exec' },
    repeats: { type: 'string', default: '10' },
    for: { type: 'string', default: '86400' },
    streams: { type: 'string', default: '60' },
    port: { type: 'string', default: '8097' },
    table: { type: 'boolean', default: false },
  },
});
const folder = join(packageRoot(), 'reports', 'transit-kills');
mkdirSync(folder, { recursive: true });
const data = join(folder, `${values.way}-${values.by}.ndjson`);
const cluster = named(values.name, join(folder, `${values.name}.kubeconfig`));
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Chunks come every half second: a stream that has had none for so long is lost. */
const silentMs = 4000;
/** A round of health checks, and HAProxy's reload. */
const settleMs = 4000;

interface Row {
  readonly node: string;
  readonly open: number;
  /** By midflight, right before the node went silent; after drain-transit if that came first. */
  readonly counted: number;
  readonly lost: number;
  readonly failed: number;
  readonly drainSeconds: number | null;
}

const output = z.object({ nodes: z.array(z.looseObject({ node: z.string(), transit: z.number() })) });

async function midflight(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command([...args, '--kubeconfig', cluster.kubeconfig]);
  if (code !== 0) throw new Error(`midflight ${args[0]} ended with ${code}: ${stderr}`);
  return stdout;
}

const reading =
  values.by === 'pod' ? ['--by', 'pod', '--allow-changes', '--image', 'docker.io/library/traefik:v3.7'] : [];

async function countOf(node: string): Promise<number> {
  const args = ['connections', '--service', serviceKey, '--node', node, '--json', ...reading];
  return output.parse(JSON.parse(await midflight(args))).nodes[0]?.transit ?? Number.NaN;
}

const within = (node: string, ...args: string[]) =>
  execFileSync('docker', ['exec', node, ...args], { stdio: ['ignore', 'ignore', 'ignore'] });

/** As a power cut looks from outside: nothing comes in before NAT, nothing goes out. */
function silence(node: string): void {
  within(node, 'iptables', '-t', 'raw', '-I', 'PREROUTING', '-i', 'eth0', '-j', 'DROP');
  within(node, 'iptables', '-t', 'mangle', '-I', 'POSTROUTING', '-o', 'eth0', '-j', 'DROP');
}

/** A node that has started again has an empty table. */
function restart(node: string): void {
  within(node, 'iptables', '-t', 'raw', '-D', 'PREROUTING', '-i', 'eth0', '-j', 'DROP');
  within(node, 'iptables', '-t', 'mangle', '-D', 'POSTROUTING', '-o', 'eth0', '-j', 'DROP');
  within(node, 'conntrack', '-F');
}

async function once(address: string, node: string): Promise<Row> {
  const isDrain = values.way === 'drain';
  const client = await holdStreams(address, {
    streams: Number(values.streams),
    seconds: isDrain ? 8 : 30,
    renew: isDrain,
  });
  try {
    const began = performance.now();
    if (isDrain)
      await midflight([
        ...['drain-transit', node, '--service', serviceKey, '--allow-changes'],
        ...['--every', '1s', '--settle', '4s', ...reading],
      ]);
    const drainSeconds = isDrain ? (performance.now() - began) / 1000 : null;
    const counted = await countOf(node);
    const { open } = client;
    silence(node);
    await wait(silentMs + 1500);
    const { lost, failed } = client.count(silentMs);
    return { node, open, counted, lost, failed, drainSeconds };
  } finally {
    client.stop();
    restart(node);
    kubectl(cluster, ['label', 'node', node, `${excludeLabel}-`]);
  }
}

function rows(): Row[] {
  if (!existsSync(data)) return [];
  return readFileSync(data, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const line = ({ node, open, counted, lost, failed, drainSeconds }: Row) =>
  `| ${node} | ${open} | ${drainSeconds === null ? '-' : `${drainSeconds.toFixed(0)} s`} | ${counted} | ${lost} | ${failed} |`;

if (values.table) {
  console.log('| node | streams open | drain-transit took | counted | streams lost | failed otherwise |');
  console.log(`| --- | --- | --- | --- | --- | --- |\n${rows().map(line).join('\n')}`);
} else {
  const end = Date.now() + Number(values.for) * 1000;
  createStranger(cluster);
  try {
    const balancer = await realBalancer(cluster, Number(values.port));
    try {
      await wait(settleMs);
      for (let repeat = rows().length; repeat < Number(values.repeats) && Date.now() < end; repeat += 1) {
        const row = await once(balancer.address, cluster.spot[repeat % cluster.spot.length] ?? '');
        appendFileSync(data, `${JSON.stringify(row)}\n`);
        console.log(line(row));
        await wait(settleMs);
      }
    } finally {
      await balancer.stop();
    }
  } finally {
    deleteStranger(cluster);
    rmSync(cluster.kubeconfig, { force: true });
  }
}
