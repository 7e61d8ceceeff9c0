import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import {
  type FaultKind,
  type FaultTraits,
  faultKinds,
  faultTraits,
  isFaultKind,
} from '../../src/catalogue/faults.ts';
import { isSwitchover, type PolicyName, policyNames } from '../../src/catalogue/policies.ts';
import {
  processesOf,
  runCli,
  type Sandbox,
  type Started,
  sandbox,
  start,
  stateFiles,
  until,
} from '../support/cli.ts';
import { cleansUp } from '../support/crashed.ts';
import { killing } from '../support/kill-at.ts';
import { skipped } from '../support/skip.ts';

/*
 * SIGKILL at every boundary of every change of a trial, in turn: right after each line of the journal is on the disk, and
 * right before each line that says that something was done. Then `midflight clean`, and nothing is left.
 */
const test = suite('crash safety');

/** The autoscaler removes only a node that runs nothing; there is one then. */
const ofEmptyNodes = (fault: string) => fault === 'scale-down';

/** What a fault is aimed at: a node of the ingress; one whose row says that it takes a whole workload has no target. */
function faultLine(fault: string): string {
  if (!isFaultKind(fault)) return '';
  const aim =
    faultTraits[fault].aims === 'workload'
      ? ''
      : `, target: { runs: ${ofEmptyNodes(fault) ? 'nothing' : 'ingress'} }`;
  return `fault: { kind: ${fault}${aim} }`;
}

/** One node without an ingress pod for a switchover, which may exclude it or give it one; else none but an empty one. */
const trial = (policy: PolicyName, fault: string) => `name: crash
nodes:
  - { name: stable, count: 1, labels: { pool: stable } }
  - { name: spare, count: 1, labels: { pool: stable } }
${ofEmptyNodes(fault) ? '  - { name: idle, count: 1 }\n' : ''}ingress: { replicas: ${isSwitchover(policy) && fault === '' ? 1 : 2}, nodeSelector: { pool: stable }, traefik: { requestAcceptGraceTimeout: 6s } }
app: { replicas: 2, nodeSelector: { pool: stable } }
edge: { preset: custom, overrides: { checks: { Cluster: { interval: 2s, timeout: 2s }, Local: { interval: 2s, timeout: 2s } } } }
load:
  - { kind: streams, concurrency: 4, duration: 60s, chunkInterval: 2s, ramp: 2s, stall: 8s }
  - { kind: probe, rate: 2, timeout: 5s }
policies: ['${policy}']
${faultLine(fault)}
stability: 5s
observe: short
timeScale: 9.7 # no divisor of any time
`;

const isForUs = (fault: FaultKind) => {
  const { onOwnCluster }: FaultTraits = faultTraits[fault];
  return onOwnCluster !== 'only';
};

/** Every fault, every switchover, and what only comes about together. */
const everyTrial: readonly (readonly [PolicyName, FaultKind | ''])[] = [
  ...faultKinds.filter(isForUs).map((fault) => ['Cluster', fault] as const),
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
  await until('the fault', struck, 180_000).catch((error) => assert.unreachable(`${error}\n${run.said()}`));
}

/** A run that a busy machine ended before its time shows nothing of what would have come: it is begun again. */
const mostAttempts = 4;

/**
 * One run that is killed at that write. `ended`: the trial was over before. `spoiled`: why it did not come to its end, and was
 * not killed either.
 */
async function crash(
  policy: PolicyName,
  fault: string,
  at: string,
): Promise<'killed' | 'ended' | { spoiled: string }> {
  const box = sandbox();
  try {
    const file = join(box.folder, 'crash.yaml');
    writeFileSync(file, trial(policy, fault));
    const out = join(box.folder, 'out');
    const run = await runCli(['run', file, '--quiet', '--out', out], killing(box, at));
    if (run.signal !== 'SIGKILL') {
      assert.ok([0, 1, 2, 3].includes(run.code ?? -1), `${at}: exit ${run.code}\n${run.stderr}`);
      assert.equal(stateFiles(box), [], 'a run that came to its end leaves nothing');
      const { trials, reason } = reportSchema.parse(
        JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')),
      );
      return trials[0]?.outcome === 'completed' ? 'ended' : { spoiled: `${trials[0]?.reason ?? reason}` };
    }
    await cleansUp(box, at);
    // What was seen of the run can still be reported.
    if (existsSync(join(out, 'history.ndjson'))) {
      const again = await runCli(['report', out], box);
      assert.ok(
        [2, 64, 130].includes(again.code ?? -1),
        `${at}: report exits with ${again.code}\n${again.stderr}`,
      );
    }
    return 'killed';
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
    const crashed = async (at: string) => {
      let why = '';
      for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
        const how = await crash(policy, fault, at);
        if (typeof how === 'string') return how;
        why = how.spoiled;
      }
      throw new Error(`${at}: the run never came so far: ${why}`);
    };
    const worker = async () => {
      for (let at = queue.shift(); at !== undefined && !ended; at = queue.shift()) {
        const how = await crashed(at);
        if (how === 'ended') ended = true;
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
      const args = ['run', file, '--quiet', '--force', '--out', join(box.folder, 'out')];
      const faulted = killing(box, 'done node-power 1:after');
      let run = await runCli(args, faulted);
      for (let attempt = 2; attempt <= mostAttempts && run.signal === null; attempt += 1)
        run = await runCli(args, faulted);
      assert.is(run.signal, 'SIGKILL', `the run came to its end\n${run.stderr}`);
      const killed = await runCli(['clean'], killing(box, `${write}:after`));
      await cleansUp(box, `clean killed at ${write}`);
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
