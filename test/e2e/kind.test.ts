import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, stringify } from 'yaml';
import { type Report, report as reportSchema } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { runCli, type Started, sandbox, start, stateFiles, until } from '../support/cli.ts';
import { kindMissing } from '../support/kind.ts';
import { skippedFile } from '../support/skip.ts';

/*
 * experiments/preemption.yaml on a real cluster, real Traefik and real kube-proxy, with timers as short as still prove it;
 * and what ends a run leaves nothing behind, or nothing that hinders the next one.
 */
const missing = await kindMissing();
if (missing === null) kindTests();
else skippedFile(missing.requirement, 'experiments on kind', missing.reason);

function kindTests(): void {
  const test = suite('kind');
  const box = sandbox();
  const before = present();
  const file = join(box.folder, 'preemption.yaml');
  writeFileSync(file, shortened());
  const runs: Started[] = [];
  test.after(async () => {
    // A test that failed may have left its run behind.
    for (const { child } of runs)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    await Promise.all(runs.map(({ ended }) => ended));
    await runCli(['cluster', 'down'], box);
    box.remove();
  });

  const run = (out: string, ...args: string[]) => {
    const started = start(['run', file, '--cluster', 'kind', '--out', join(box.folder, out), ...args], box);
    runs.push(started);
    return started;
  };
  const nodeIsDown = (started: ReturnType<typeof run>) =>
    until('a node that is down', () => /observing .* is down/.test(started.said()), 180_000);
  const added = () => present().filter((thing) => !before.includes(thing));

  test('SIGINT while the cluster comes up leaves nothing', async () => {
    const started = run('early');
    await until('containers', () => added().length > 0);
    started.child.kill('SIGINT');
    const { code, stderr } = await started.ended;
    assert.is(code, 130, stderr);
    assert.equal(added(), []);
    assert.equal(stateFiles(box), []);
  });

  test('a kept cluster is restored for the next run, an app that dies by itself is noticed, and the cluster goes when asked', async () => {
    const first = run('kept', '--keep', '--policy', 'Cluster');
    await nodeIsDown(first);
    first.child.kill('SIGINT');
    const { code, stderr } = await first.ended;
    assert.is(code, 130, stderr);
    const kept = added();
    assert.ok(
      kept.every((thing) => /container midflight-[0-9a-f]+-(worker|control-plane)|volume/.test(thing)),
      `only the nodes: ${kept.join(', ')}`,
    );
    const again = await run('again', '--reuse', '--policy', 'Local').ended;
    assert.is(again.code, 0, again.stderr);
    assert.match(again.stderr, /restoring midflight-/);
    const third = run('ended', '--reuse', '--policy', 'Local');
    await nodeIsDown(third);
    const history = () => readFileSync(join(box.folder, 'ended', 'history.ndjson'), 'utf8');
    await until('the fault in the history', () => /"kind":"fault",.*"at":"begin"/.test(history()));
    const pod = killOneApp(history());
    const spoiled = await third.ended;
    assert.is(spoiled.code, 2, spoiled.stderr);
    const [trial] = reportOf('ended').trials;
    assert.is(trial?.verdict, 'unknown');
    const ends = trial?.reasons.filter(({ code }) => code === 'process-ended') ?? [];
    assert.is(ends.length, 1, JSON.stringify(trial?.reasons));
    assert.match(ends[0]?.text ?? '', pod);
    const status = await runCli(['cluster', 'status'], box);
    assert.match(status.stdout, /midflight-[0-9a-f]+: 5 nodes, not in use(\n {2}.*: Ready){5}\n/);
    const down = await runCli(['cluster', 'down'], box);
    assert.match(down.stdout, /midflight-[0-9a-f]+: removed/);
    assert.equal(added(), []);
  });

  const reportOf = (out: string): Report =>
    reportSchema.parse(JSON.parse(readFileSync(join(box.folder, out, 'report.json'), 'utf8')));

  let report: Report;
  const folder = join(box.folder, 'whole');

  test('a cluster whose run was killed is removed by the next one, which runs to its end', async () => {
    const killed = run('killed', '--policy', 'Cluster');
    await nodeIsDown(killed);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const left = added();
    assert.ok(left.length > 0);
    const began = performance.now();
    const started = run('whole');
    await until('the first load', () => /trial 1\/3 \S+ starting the load/.test(started.said()), 180_000);
    const untilLoad = (performance.now() - began) / 1000;
    const { code, stderr, seconds } = await started.ended;
    console.log(`first load after ${untilLoad.toFixed(0)} s, the whole run ${seconds.toFixed(0)} s`);
    assert.is(code, 0, stderr);
    report = reportOf('whole');
    assert.match(stderr, /cleaned up after .*, which was killed: .*midflight-run-[0-9a-f]+ removed/);
    assert.equal(added(), []);
    assert.equal(stateFiles(box), []);
  });

  const trialOf = (policy: string) => {
    const [trial, more] = report.trials.filter((one) => one.policy === policy);
    assert.is(more, undefined);
    assert.ok(trial, policy);
    return trial as NonNullable<typeof trial>;
  };

  test('report files, and versions of what decided the figures', () => {
    for (const name of ['history.ndjson', 'report.json', 'report.html', 'report.md', 'junit.xml'])
      assert.ok(existsSync(join(folder, name)), name);
    assert.match(report.versions.kubernetes ?? '', /^v1\./);
    assert.is(report.versions['kube-proxy'], 'iptables');
    assert.match(report.versions.traefik ?? '', 'traefik');
    assert.is(report.versions['ingress graceTimeOut'], '10 s');
    assert.is(report.versions['node-monitor-grace-period'], '10 s');
    assert.is(report.outcome, 'completed');
    assert.is(report.verdict, 'pass', JSON.stringify(report.expectations, null, 1));
  });

  test('Cluster: what went through the dead node is lost in silence, all of it as transit, and nothing else', () => {
    const { requests, predicted, atInjection, sourceAddress, clocksSeconds } = trialOf('Cluster');
    assert.ok(requests.lost > 0);
    assert.is(requests.byCause.transit, requests.lost);
    assert.is(requests.byOutcome.hung, requests.lost);
    assert.is(requests.avoidableByLocal, requests.lost);
    assert.is(requests.lost, predicted?.lost);
    assert.is(requests.lost, atInjection?.throughTarget);
    assert.is(sourceAddress, 'lost');
    const { edgeEjected, nodeNotReady, failover } = clocksSeconds;
    assert.ok((failover ?? 0) > 0 && (edgeEjected ?? 0) > 0);
    // Leases are 2 s apart, the grace 10 s, looked at each second.
    assert.ok((nodeNotReady ?? 0) > 7 && (nodeNotReady ?? 0) < 20, `NotReady after ${nodeNotReady} s`);
  });

  test('Local: nothing went through it, nothing is lost, and the address is kept', () => {
    const { requests, atInjection, probes, sourceAddress, clocksSeconds } = trialOf('Local');
    assert.is(requests.lost, 0);
    assert.is(atInjection?.throughTarget, 0);
    assert.is(probes.new?.failed, 0);
    assert.is(clocksSeconds.failover, 0);
    assert.is(sourceAddress, 'kept');
  });

  test('a live flip costs new connections until the edge has followed, and saves no stream started before it', () => {
    const { requests, predicted, disturbances, sourceAddress } = trialOf('Cluster->Local');
    const [flip, fault] = disturbances;
    assert.is(flip?.kind, 'flip');
    assert.is(flip?.requestsLost, 0);
    assert.ok((flip?.clocksSeconds.failover ?? 0) > 0, 'measured');
    assert.ok((flip?.failingShare ?? 0) > 0);
    assert.is(fault?.kind, 'fault');
    assert.ok(requests.lost > 0);
    assert.is(requests.byCause.transit, requests.lost);
    assert.is(requests.lost, predicted?.lost);
    assert.is(sourceAddress, 'changes');
  });

  test('the history has what the cluster reported, on one clock', () => {
    const lines = readFileSync(join(folder, 'history.ndjson'), 'utf8').trim().split('\n');
    const events: { type: string; [field: string]: unknown }[] = lines.map((line) => JSON.parse(line));
    const of = (type: string) => events.filter((event) => event.type === type);
    for (const type of ['node', 'endpoints', 'service', 'pod', 'kubernetes-event', 'ingress'])
      assert.ok(of(type).length > 0, type);
    const [offset] = of('clock-offset');
    assert.ok(Number(offset?.errorNs) < 50e6, `within ${offset?.errorNs} ns`);
    assert.ok(Math.abs(Number(offset?.offsetNs)) <= Number(offset?.errorNs), 'one kernel, one clock');
    const [begin, end] = [Number(of('header')[0]?.t), Number(of('finish')[0]?.t)];
    for (const { type, t } of events) assert.ok(Number(t) >= begin && Number(t) <= end, `${type} at ${t}`);
  });

  test.run();
}

/** The shipped experiment, one node and many seconds fewer. */
function shortened(): string {
  const text = readFileSync(join(packageRoot(), 'experiments', 'preemption.yaml'), 'utf8');
  const scenario = parse(text);
  const [stable, preemptible] = scenario.nodes;
  const check = { timeout: '1s', unhealthyThreshold: 2, healthyThreshold: 1 };
  return stringify({
    ...scenario,
    nodes: [stable, { ...preemptible, count: 2 }],
    providers: {
      kind: {
        repeats: 1,
        stability: '3s',
        timers: { nodeMonitorGracePeriod: '10s', nodeMonitorPeriod: '1s', leaseRenewInterval: '2s' },
        edge: {
          overrides: {
            checks: { Cluster: { interval: '2s', ...check }, Local: { interval: '1s', ...check } },
          },
        },
        load: [
          { kind: 'streams', concurrency: 40, duration: '30s', ramp: '2s', stall: '10s' },
          { kind: 'probe', rate: 5, lanes: ['new', 'reused'], timeout: '3s' },
        ],
      },
    },
  });
}

/** SIGKILLs the app on a node that is not the fault's, as the kernel does when memory is short; returns its pod. */
function killOneApp(history: string): string {
  const events = history
    .split('\n')
    .slice(0, -1) // its last line may be half written
    .map((line) => JSON.parse(line));
  const { node: target } = events.find(({ type, kind }) => type === 'disturbance' && kind === 'fault');
  const { pod, node } = events.find(
    ({ type, app, node: on }) => type === 'pod' && app === 'midflight-app' && on !== null && on !== target,
  );
  const kill =
    'for p in /proc/[0-9]*; do grep -qa "app[.]mjs" $p/cmdline && kill -9 $(basename $p); done; true';
  execFileSync('docker', ['exec', node, 'sh', '-c', kill]);
  return pod;
}

/** Everything that Docker has now and that a cluster of ours could leave; the kind network is kind's own and stays. */
function present(): string[] {
  const list = (what: string, ...args: string[]) =>
    execFileSync('docker', args, { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name !== '' && name !== 'kind')
      .map((name) => `${what} ${name}`);
  return [
    ...list('container', 'ps', '-a', '--format', '{{.Names}}'),
    ...list('volume', 'volume', 'ls', '-q'),
    ...list('network', 'network', 'ls', '--format', '{{.Name}}'),
  ];
}
