import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report } from '../../src/analysis/schema.ts';
import {
  processesWith,
  runCli,
  type Sandbox,
  type Started,
  sandbox,
  socketsIn,
  start,
  stateFiles,
  subnetsOf,
  tokensOf,
  until,
} from '../support/cli.ts';
import { skipped } from '../support/skip.ts';

/*
 * Whatever ends a run, nothing of it stays: no process, no socket, no file of state, no lock, no temporary file.
 */
const test = suite('leaks');

const scenario = `name: leak
nodes:
  - { name: stable, count: 1, labels: { pool: stable } }
  - { name: preemptible, count: 1, preemptible: true }
ingress: { replicas: 1, nodeSelector: { pool: stable } }
app: { replicas: 1, nodeSelector: { pool: stable } }
edge: { preset: gke-instance-group }
load:
  - { kind: streams, concurrency: 20, duration: 90s, chunkInterval: 1s, ramp: 2s, stall: 20s }
  - { kind: probe, rate: 2, timeout: 5s }
policies: [Cluster]
fault: { kind: power-off, target: { pool: preemptible } }
stability: 10s
observe: short
timeScale: 10
`;

interface Footprint {
  readonly tokens: readonly string[];
  readonly subnets: readonly string[];
}

function begin(box: Sandbox, ...args: string[]): Started {
  const file = join(box.folder, 'leak.yaml');
  writeFileSync(file, scenario);
  return start(['run', file, '--out', join(box.folder, 'out'), ...args], box);
}

function trialIn(box: Sandbox) {
  const text = readFileSync(join(box.folder, 'out', 'report.json'), 'utf8');
  const [trial] = report.parse(JSON.parse(text)).trials;
  assert.ok(trial);
  return trial;
}

/** What the run holds, once it has a cluster. */
async function footprint(box: Sandbox): Promise<Footprint> {
  await until('the cluster', () => tokensOf(box).length > 0 && subnetsOf(box).length > 0);
  return { tokens: tokensOf(box), subnets: subnetsOf(box) };
}

/** Killed processes are gone at once, their sockets a little later. */
async function nothingLeft(
  box: Sandbox,
  { tokens, subnets }: Footprint,
  { state = true } = {},
): Promise<void> {
  await until('the end of every process', () => processesWith(tokens).length === 0, 5000);
  await until('the end of every socket', () => socketsIn(subnets).length === 0, 5000).catch(() => {
    assert.equal(socketsIn(subnets), []);
  });
  if (state) assert.equal(stateFiles(box), []);
}

async function inSandbox(work: (box: Sandbox) => Promise<void>): Promise<void> {
  const box = sandbox();
  try {
    await work(box);
  } finally {
    box.remove();
  }
}

if (process.platform !== 'linux') skipped('linux', 'leak tests', 'processes and sockets are read from /proc');
else {
  test('success', () =>
    inSandbox(async (box) => {
      const run = begin(box);
      const held = await footprint(box);
      await until('the processes of the run', () => processesWith(held.tokens).length > 3);
      const { code, stderr } = await run.ended;
      assert.is(code, 0, stderr);
      await nothingLeft(box, held);
    }));

  const moments: [string, (run: Started) => boolean][] = [
    ['while the cluster comes up', () => true],
    ['in steady state', (run) => /steady/.test(run.said())],
    ['while a node is dead', (run) => /observing/.test(run.said())],
  ];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    for (const [moment, reached] of signal === 'SIGINT' ? moments : moments.slice(2)) {
      test(`${signal} ${moment}`, () =>
        inSandbox(async (box) => {
          const run = begin(box);
          const held = await footprint(box);
          await until(moment, () => reached(run));
          run.child.kill(signal);
          const { code, seconds, stderr } = await run.ended;
          assert.is(code, 130, stderr);
          assert.ok(seconds < 90);
          if (/steady/.test(moment)) {
            const { requests } = trialIn(box);
            assert.equal(
              [requests.lost, requests.cancelled],
              [0, 20],
              'what we cut off ourselves is no loss',
            );
          }
          await nothingLeft(box, held);
        }));
    }
  }

  test('SIGKILL: stopped processes die with it, and the next run reaps what is left', () =>
    inSandbox(async (box) => {
      const run = begin(box);
      const held = await footprint(box);
      await until('the fault', () => /observing/.test(run.said()));
      run.child.kill('SIGKILL');
      await run.ended;
      await nothingLeft(box, held, { state: false });
      const next = begin(box);
      const { code, stderr } = await next.ended;
      assert.is(code, 0, stderr);
      assert.equal(stateFiles(box), []);
    }));

  test('two runs at once do not meet', () =>
    inSandbox(async (one) =>
      inSandbox(async (other) => {
        const runs = [begin(one), begin(other)];
        for (const run of runs) {
          const { code, stderr } = await run.ended;
          assert.is(code, 0, stderr);
        }
      }),
    ));

  test('a node that dies unasked makes the trial unknown, with the reason', () =>
    inSandbox(async (box) => {
      const run = begin(box);
      const held = await footprint(box);
      await until('steady state', () => /steady/.test(run.said()));
      // The last process whose bundle is `node`: one of the cluster's machines.
      const victim = processesWith(held.tokens).filter((pid) =>
        processesWith([`roles/node.mjs`]).includes(pid),
      )[0];
      assert.type(victim, 'number');
      process.kill(Number(victim), 'SIGKILL');
      const { code, stdout, stderr } = await run.ended;
      assert.ok(code === 2 || code === 3, `exit ${code} ${stderr}`);
      assert.match(stdout, /unexpectedly/);
      await nothingLeft(box, held);
    }));

  test('a scenario that asks for what is not there leaves nothing', () =>
    inSandbox(async (box) => {
      const file = join(box.folder, 'none.yaml');
      writeFileSync(file, scenario.replace('pool: preemptible }', 'pool: absent }'));
      const { code, stderr } = await runCli(['run', file, '--out', join(box.folder, 'out')], box);
      assert.is(code, 64, stderr);
      assert.equal(stateFiles(box), []);
    }));
}

test.run();
