import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FaultKind, faultKinds } from '../../src/catalogue/faults.ts';
import { isSwitchover, type PolicyName, policyNames } from '../../src/catalogue/policies.ts';
import {
  type Ended,
  processesOf,
  runCli,
  type Sandbox,
  type Started,
  sandbox,
  start,
  stateFiles,
  until,
} from '../support/cli.ts';
import { killing } from '../support/kill-at.ts';
import { skipped } from '../support/skip.ts';

/*
 * SIGKILL at every boundary of every change of a trial, in turn: right after each line of the journal is on the disk, and
 * right before each line that says that something was done. Then `midflight clean`, and nothing is left.
 */
const test = suite('crash safety');

/** One node without an ingress pod for a switchover, which may exclude it or give it one; none else. */
const trial = (policy: PolicyName, fault: string) => `name: crash
nodes:
  - { name: stable, count: 1, labels: { pool: stable } }
  - { name: spare, count: 1, labels: { pool: stable } }
ingress: { replicas: ${isSwitchover(policy) && fault === '' ? 1 : 2}, nodeSelector: { pool: stable }, traefik: { requestAcceptGraceTimeout: 6s } }
app: { replicas: 2, nodeSelector: { pool: stable } }
edge: { preset: custom, overrides: { checks: { Cluster: { interval: 2s, timeout: 2s }, Local: { interval: 2s, timeout: 2s } } } }
load:
  - { kind: streams, concurrency: 4, duration: 60s, chunkInterval: 2s, ramp: 2s, stall: 8s }
  - { kind: probe, rate: 2, timeout: 5s }
policies: ['${policy}']
${fault === '' ? '' : `fault: { kind: ${fault}, target: { runs: ingress } }`}
stability: 5s
observe: short
timeScale: 10
`;

/** Every fault, every switchover, and what only comes about together. */
const everyTrial: readonly (readonly [PolicyName, FaultKind | ''])[] = [
  ...faultKinds.map((fault) => ['Cluster', fault] as const),
  ...policyNames.filter(isSwitchover).map((policy) => [policy, ''] as const),
  ['Local', 'unplug'],
  ['Local', 'pod-kill'],
  ['Local->Cluster', 'power-off'],
];
const titleOf = (policy: string, fault: string) => (fault === '' ? policy : `${policy} ${fault}`);
/**
 * Each takes about two minutes; a fault and a flip stand for the others unless all are asked for (MIDFLIGHT_ALL_CRASHES=1),
 * or some alone by their names (MIDFLIGHT_CRASHES='Cluster drain,Local->Cluster').
 */
const { MIDFLIGHT_ALL_CRASHES: all, MIDFLIGHT_CRASHES: some } = process.env;
const wanted = (some ?? 'Cluster preempt,Cluster->Local').split(',');
const unknown = wanted.filter((name) => !everyTrial.some((one) => titleOf(...one) === name));
if (unknown.length > 0) throw new Error(`no such trial: ${unknown.join(', ')}`);
const trials = everyTrial.filter((one) => all === '1' || wanted.includes(titleOf(...one)));

/** Above this many writes of a journal something goes round in circles. */
const most = 80;
/** Runs side by side: nothing is measured here. */
const width = 2;

const linesOf = (box: Sandbox): string[] =>
  stateFiles(box)
    .filter((name) => name.startsWith('journal-') && name.endsWith('.ndjson'))
    .flatMap((name) => {
      const folder = readdirSync(box.folder).find((one) => /^midflight-\d+$/.test(one)) ?? '';
      return readFileSync(join(box.folder, folder, name), 'utf8')
        .split('\n')
        .filter(Boolean);
    });

/** Until the node is silenced: the journal has the change and that it was done. */
async function untilStruck(box: Sandbox, run: Started): Promise<void> {
  const struck = () => {
    const lines = linesOf(box);
    const change = lines.find((line) => line.includes('"kind":"node-power"'));
    const id = /"id":(\d+)/.exec(change ?? '')?.[1];
    return id !== undefined && lines.some((line) => line.startsWith(`{"type":"done","id":${id},`));
  };
  await until('the fault', struck, 60_000).catch((error) => assert.unreachable(`${error}\n${run.said()}`));
}

/** One run that is killed at that write; what clean said, or null if the run came to its end before. */
async function crash(policy: PolicyName, fault: string, at: string): Promise<Ended | null> {
  const box = sandbox();
  try {
    const file = join(box.folder, 'crash.yaml');
    writeFileSync(file, trial(policy, fault));
    const out = join(box.folder, 'out');
    const run = await runCli(['run', file, '--quiet', '--out', out], killing(box, at));
    if (run.signal !== 'SIGKILL') {
      assert.ok([0, 1, 2, 3].includes(run.code ?? -1), `${at}: exit ${run.code}\n${run.stderr}`);
      assert.equal(stateFiles(box), [], 'a run that came to its end leaves nothing');
      return null;
    }
    const cleaned = await runCli(['clean'], box);
    assert.is(cleaned.code, 0, `${at}: ${cleaned.stdout}${cleaned.stderr}`);
    assert.equal(processesOf(box), [], `${at}: processes`);
    assert.equal(stateFiles(box), [], `${at}: files of state`);
    assert.is((await runCli(['clean'], box)).stdout, 'nothing was left\n');
    // What was seen of the run can still be reported.
    if (existsSync(join(out, 'history.ndjson'))) {
      const again = await runCli(['report', out], box);
      assert.ok(
        [2, 64, 130].includes(again.code ?? -1),
        `${at}: report exits with ${again.code}\n${again.stderr}`,
      );
    }
    return cleaned;
  } finally {
    box.remove();
  }
}

for (const [policy, fault] of process.platform === 'linux' ? trials : []) {
  test(`SIGKILL at every boundary: ${titleOf(policy, fault)}`, async () => {
    let ended = false;
    let kills = 0;
    const queue = Array.from({ length: most }, (_, index) => [
      `${index + 1}:after`,
      `${index + 1}:before`,
    ]).flat();
    const worker = async () => {
      for (let at = queue.shift(); at !== undefined && !ended; at = queue.shift()) {
        if ((await crash(policy, fault, at)) === null) ended = true;
        else kills += 1;
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
    assert.ok(ended, 'the run came to its end when no write was left to be killed at');
    assert.ok(kills >= 8, `${kills} boundaries`);
    if (some !== undefined) console.log(`${titleOf(policy, fault)}: ${kills} boundaries`);
  });
}
if (process.platform !== 'linux') skipped('linux', 'crash safety', 'it looks into /proc');

// Trials that were asked for by name are run alone.
const others = some === undefined ? test : (_: string, __: () => Promise<void>) => {};

others('SIGKILL of clean itself, at each of its writes, then clean again', async () => {
  for (let write = 1; ; write += 1) {
    const box = sandbox();
    try {
      const file = join(box.folder, 'crash.yaml');
      writeFileSync(file, trial('Cluster', 'power-off'));
      const run = start(['run', file, '--quiet', '--out', join(box.folder, 'out')], box);
      await untilStruck(box, run);
      run.child.kill('SIGKILL');
      await run.ended;
      const killed = await runCli(['clean'], killing(box, `${write}:after`));
      const cleaned = await runCli(['clean'], box);
      assert.is(cleaned.code, 0, cleaned.stdout + cleaned.stderr);
      assert.equal(processesOf(box), []);
      assert.equal(stateFiles(box), []);
      if (killed.signal === null) {
        assert.ok(write >= 3, `clean wrote ${write - 1} lines`);
        return;
      }
    } finally {
      box.remove();
    }
  }
});

others('without the journal, processes are found by their mark', async () => {
  const box = sandbox();
  try {
    const file = join(box.folder, 'crash.yaml');
    writeFileSync(file, trial('Cluster', 'power-off'));
    const run = start(['run', file, '--quiet', '--out', join(box.folder, 'out')], box);
    await untilStruck(box, run);
    // A stopped process outlives its run, and the watchdog that would end it is killed as well.
    const own = processesOf(box);
    const watchdog = own.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('watchdog'));
    assert.ok(watchdog);
    process.kill(watchdog, 'SIGKILL');
    run.child.kill('SIGKILL');
    await run.ended;
    const folder = readdirSync(box.folder).find((one) => /^midflight-\d+$/.test(one)) ?? '';
    const elsewhere = sandbox();
    // Another state folder: as if this one had been deleted.
    const cleaned = await runCli(['clean'], elsewhere);
    elsewhere.remove();
    assert.is(cleaned.code, 0, cleaned.stdout + cleaned.stderr);
    assert.match(cleaned.stdout, /processes of the run midflight-[0-9a-f]{16}: \d+ ended/);
    assert.equal(processesOf(box), [], `of ${folder}`);
  } finally {
    box.remove();
  }
});

test.run();
