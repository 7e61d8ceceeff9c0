import { spawn } from 'node:child_process';
import * as z from 'zod';
import { cliFile } from '../cli.ts';
import type { StrangersCluster } from './cluster.ts';
import { serviceKey } from './cluster.ts';
import { type CurlCount, curlClient } from './curl-client.ts';

/** One flip under load: what midflight has counted, and what curl beside it has. */
export interface FlipCount {
  readonly to: 'Local' | 'Cluster';
  readonly strategy: string;
  readonly exitCode: number | null;
  /** Of the report; null: there is none. */
  readonly streams: { readonly started: number; readonly lost: number } | null;
  readonly probes: { readonly sent: number; readonly failed: number } | null;
  readonly curl: CurlCount;
  readonly seconds: number;
  readonly stderr: string;
}

const reported = z.looseObject({
  trials: z.array(
    z.looseObject({
      requests: z.looseObject({ started: z.number(), lost: z.number() }),
      probes: z.record(z.string(), z.looseObject({ sent: z.number(), failed: z.number() })),
    }),
  ),
});

interface FlipOrder {
  readonly to: 'Local' | 'Cluster';
  readonly strategy: string;
  readonly streams: number;
  /** Probes a second in each lane. */
  readonly rate: number;
  readonly out: string;
  /** Further arguments of `midflight flip`. */
  readonly more?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** `midflight flip` against the balancer's address, with curl beside it. */
export async function flipUnderLoad(
  cluster: StrangersCluster,
  address: string,
  { to, strategy, streams, rate, out, more = [], env = process.env }: FlipOrder,
): Promise<FlipCount> {
  const curl = curlClient(address, { streams: 40, rate: 5 });
  const began = performance.now();
  const ran = await command(
    [
      ...['flip', serviceKey, '--to', to, '--strategy', strategy, '--balancer', 'haproxy'],
      ...['--kubeconfig', cluster.kubeconfig, '--url', `http://${address}/order?seconds=6`],
      ...[
        '--probe-path',
        '/',
        '--streams',
        String(streams),
        '--rate',
        String(rate),
        '--stability',
        '2s',
        '--i-own-this',
      ],
      ...['--out', out, '--force', '--allow-changes', '--yes', '--json', ...more],
    ],
    env,
  );
  const seconds = (performance.now() - began) / 1000;
  const counted = await curl.stop();
  const [trial] = ran.stdout.includes('"trials"')
    ? reported.parse(JSON.parse(ran.stdout.slice(ran.stdout.indexOf('{')))).trials
    : [];
  const lanes = Object.values(trial?.probes ?? {});
  const sum = (of: (lane: (typeof lanes)[number]) => number) =>
    lanes.reduce((all, lane) => all + of(lane), 0);
  return {
    ...{ to, strategy, exitCode: ran.code, seconds, stderr: ran.stderr, curl: counted },
    streams: trial === undefined ? null : { started: trial.requests.started, lost: trial.requests.lost },
    probes:
      trial === undefined ? null : { sent: sum((lane) => lane.sent), failed: sum((lane) => lane.failed) },
  };
}

/** Waits until requests over new connections have been good for 3 s: the balancer has taken over what was changed before. */
export async function untilWell(address: string): Promise<void> {
  const good = async () => {
    const answer = await fetch(`http://${address}/`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(2000),
    });
    await answer.body?.cancel();
    return answer.ok;
  };
  let row = 0;
  for (let tries = 0; tries < 300; tries += 1) {
    row = (await good().catch(() => false)) ? row + 1 : 0;
    if (row === 30) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${address} was not well for 3 s within 300 requests`);
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** midflight as a user starts it. */
export function command(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliFile, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk) => {
        text[name] += String(chunk);
      });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
}
