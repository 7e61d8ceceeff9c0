import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli, type Sandbox, type Started, sandbox, start, stateFiles, until } from '../support/cli.ts';
import { assertNothingLeft, cleansUp } from '../support/crashed.ts';
import { killing } from '../support/kill-at.ts';
import { kindMissing } from '../support/kind.ts';
import { clusterState, kubectl } from '../support/kind-state.ts';
import { skippedFile } from '../support/skip.ts';

/*
 * SIGKILL of a run on a kind cluster that stays, at chosen lines of its journal; then `midflight clean`, and the cluster,
 * Docker and this machine are as they were, with what the user had set. MIDFLIGHT_ALL_CRASHES=1 takes every row (about
 * a minute each); MIDFLIGHT_CRASHES=1,4 takes these rows. Without either three rows stand for the others.
 */
interface Crash {
  readonly policy: string;
  readonly fault: string;
  /** Where the run is killed, as test/support/kill-at-line.mjs has it. */
  readonly at: string;
  /** Where `clean` is killed before it is run again. */
  readonly cleanAt?: string;
  /** Among those that stand for all. */
  readonly always?: boolean;
}

const rows: readonly Crash[] = [
  { policy: 'Local', fault: 'power-off', at: 'done service-policy 1:before' },
  { policy: 'Local', fault: 'power-off', at: 'change placement 1:after' },
  { policy: 'Cluster', fault: 'power-off', at: 'change node-power 1:after' },
  {
    policy: 'Local',
    fault: 'power-off',
    at: 'done node-power 1:before',
    cleanAt: 'undone node-power 1:before',
    always: true,
  },
  { policy: 'Cluster', fault: 'power-off', at: 'undone node-power 1:before' },
  { policy: 'Cluster', fault: 'unplug', at: 'done node-power 1:after', cleanAt: 'undone placement 1:after' },
  { policy: 'Cluster', fault: 'preempt', at: 'change pod-shutdown 2:after' },
  { policy: 'Local', fault: 'preempt', at: 'done node-power 1:before' },
  { policy: 'Cluster', fault: 'drain', at: 'change node-cordon 1:after' },
  {
    policy: 'Cluster',
    fault: 'drain',
    at: 'change pod-eviction 2:after',
    cleanAt: 'undone node-cordon 1:before',
    always: true,
  },
  { policy: 'Local', fault: 'drain', at: 'done pod-eviction 1:before' },
  { policy: 'Cluster', fault: 'pod-kill', at: 'done pod-kill 1:before' },
  { policy: 'Cluster->Local', fault: '', at: 'change service-policy 1:after' },
  {
    policy: 'Cluster->Local',
    fault: '',
    at: 'done service-policy 1:before',
    cleanAt: 'undone service-policy 1:after',
    always: true,
  },
];

function chosen(): readonly Crash[] {
  const { MIDFLIGHT_CRASHES: some, MIDFLIGHT_ALL_CRASHES: all } = process.env;
  if (some !== undefined) return some.split(',').flatMap((row) => rows[Number(row) - 1] ?? []);
  return all === '1' ? rows : rows.filter(({ always }) => always === true);
}

const trial = ({ policy, fault }: Pick<Crash, 'policy' | 'fault'>) => `name: crash
nodes:
  - { name: stable, count: 1, labels: { pool: stable } }
  - { name: spare, count: 1, labels: { pool: stable } }
  - { name: mine, count: 1 }
ingress: { replicas: 2, nodeSelector: { pool: stable } }
app: { replicas: 2, nodeSelector: { pool: stable } }
edge: { preset: custom, overrides: { checks: { Cluster: { interval: 1s, timeout: 1s }, Local: { interval: 1s, timeout: 1s } } } }
load:
  - { kind: streams, concurrency: 4, duration: 20s, chunkInterval: 1s, ramp: 1s, stall: 8s }
  - { kind: probe, rate: 4, timeout: 2s }
policies: ['${policy}']
${fault === '' ? '' : `fault: { kind: ${fault}, target: { runs: ingress } }`}
stability: 2s
observe: short
`;

function crashes(): void {
  const test = suite('crash safety on kind');
  const box = sandbox();
  const file = join(box.folder, 'crash.yaml');
  const stateFolder = join(box.folder, `midflight-${process.getuid?.()}`);
  const runs: Started[] = [];
  let cluster = '';
  let before: ReturnType<typeof clusterState> = {};
  const run = (crash: Pick<Crash, 'policy' | 'fault'>, as: Sandbox) => {
    writeFileSync(file, trial(crash));
    const args = ['run', file, '--cluster', 'kind', '--reuse', '--quiet', '--out', join(box.folder, 'out')];
    const started = start(args, as);
    runs.push(started);
    return started;
  };
  /** Everything beside the reports that runs leave on purpose. */
  const filesLeft = () =>
    readdirSync(box.folder).filter(
      (name) => !['crash.yaml', 'out', `midflight-${process.getuid?.()}`].includes(name),
    );
  /** What its runs have changed by now, as they wrote it down. */
  const journals = () =>
    stateFiles(box)
      .filter((name) => name.startsWith('journal-'))
      .map((name) => readFileSync(join(stateFolder, name), 'utf8'))
      .join('');
  const assertAsBefore = (what: string) => {
    const now = clusterState(cluster);
    for (const [part, lines] of Object.entries(before)) assert.equal(now[part], lines, `${what}: ${part}`);
    assertNothingLeft(box, what);
    assert.equal(filesLeft(), [], `${what}: temporary files`);
  };

  test.before(async () => {
    writeFileSync(file, trial({ policy: 'Cluster', fault: 'drain' }));
    const up = await runCli(['cluster', 'up', file], box);
    assert.is(up.code, 0, up.stderr);
    const status = await runCli(['cluster', 'status'], box);
    cluster = /^(midflight-[0-9a-f]+): 4 nodes/m.exec(status.stdout)?.[1] ?? '';
    assert.ok(cluster, status.stdout);
    // What the user has set by hand is nobody's to take back.
    const selected = [
      '--selector',
      'midflight.dev/pool=mine',
      '--output',
      'jsonpath={.items[0].metadata.name}',
    ];
    const mine = kubectl(cluster, 'get', 'nodes', ...selected).trim();
    kubectl(cluster, 'cordon', mine);
    kubectl(cluster, 'label', '--overwrite', 'node', mine, 'example.com/mine=yes');
    kubectl(cluster, 'taint', '--overwrite', 'node', mine, 'example.com/mine=yes:NoSchedule');
    before = clusterState(cluster);
    const [node] = before.nodes?.filter((line) => line.includes('example.com/mine')) ?? [];
    assert.match(node ?? '', 'cordoned true');
  });
  test.after(async () => {
    for (const { child } of runs)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await Promise.all(runs.map(({ ended }) => ended));
    await runCli(['clean'], box);
    await runCli(['cluster', 'down'], box);
    box.remove();
  });

  for (const crash of chosen()) {
    const { policy, fault, at, cleanAt } = crash;
    test(`SIGKILL at ${at} of ${policy} ${fault}`, async () => {
      const killed = await run(crash, killing(box, at)).ended;
      assert.is(killed.signal, 'SIGKILL', `the run came to its end\n${killed.stderr}`);
      if (cleanAt !== undefined) {
        const half = await runCli(['clean'], killing(box, cleanAt));
        assert.is(half.signal, 'SIGKILL', `clean came to its end\n${half.stdout}`);
      }
      const refused = await run(crash, box).ended;
      assert.is(refused.code, 3, refused.stderr);
      assert.match(refused.stderr, 'midflight clean');
      const what = `${policy} ${fault}, ${at}`;
      await cleansUp(box, what, () => assertAsBefore(what));
    });
  }

  test('one run at a time: the second is refused with who holds the cluster, and touches nothing', async () => {
    const first = run({ policy: 'Cluster', fault: 'power-off' }, box);
    const held = () => /holderIdentity: midflight on .*, process \d+/.test(leaseOf());
    const leaseOf = () => {
      try {
        return kubectl(
          cluster,
          'get',
          'lease',
          'midflight',
          '--namespace',
          'kube-system',
          '--output',
          'yaml',
        );
      } catch {
        return ''; // not there yet
      }
    };
    await until('the lease of the first run', held);
    const other = sandbox(); // as another user, or from another machine
    try {
      for (const as of [box, other]) {
        const second = await runCli(
          ['run', file, '--cluster', 'kind', '--reuse', '--out', join(as.folder, 'second')],
          as,
        );
        assert.is(second.code, 3, second.stderr);
        const said = second.stdout + second.stderr;
        assert.match(said, new RegExp(`in use by .*process ${first.child.pid}`), said);
      }
      assert.is(first.child.exitCode, null, first.said());
    } finally {
      other.remove();
    }
    // Before its trial the workload is installed anew, which nothing takes back: half of it would be there.
    await until('the trial of the first run', () => journals().includes('"placement"'), 180_000);
    first.child.kill('SIGINT');
    const ended = await first.ended;
    assert.is(ended.code, 130, ended.stderr);
    rmSync(join(box.folder, 'second'), { recursive: true, force: true });
    assertAsBefore('two runs');
  });

  test('without the journal: containers go by their labels, silent nodes are brought back', async () => {
    const killed = await run(
      { policy: 'Cluster', fault: 'power-off' },
      killing(box, 'done node-power 1:before'),
    ).ended;
    assert.is(killed.signal, 'SIGKILL', killed.stderr);
    assert.ok(existsSync(stateFolder));
    rmSync(stateFolder, { recursive: true });
    // The dead run's lease is all that names its holder now: until it ends, nobody can know that the run is dead.
    let said = '';
    let code = await clean();
    for (let turn = 0; code === 3 && said.includes('ends by itself') && turn < 20; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      code = await clean();
    }
    async function clean() {
      const cleaned = await runCli(['clean'], box);
      said += cleaned.stdout + cleaned.stderr;
      return cleaned.code;
    }
    assert.is(code, 0, said);
    assert.match(said, `containers beside ${cluster}: `);
    assert.match(said, new RegExp(`nodes of ${cluster}: .*: brought back`));
    const now = clusterState(cluster);
    for (const part of ['nodes', 'network', 'kubelets', 'containers', 'networks', 'volumes'])
      assert.equal(now[part], before[part], part);
  });

  test.run();
}

const missing = await kindMissing();
if (missing === null) crashes();
else skippedFile(missing.requirement, 'crash safety on kind', missing.reason);
