import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { auditReport } from '../../src/audit/schema.ts';
import { systemClock } from '../../src/base/clock.ts';
import { findProgram } from '../../src/base/find-program.ts';
import { packageRoot } from '../../src/base/package.ts';
import { makePlan } from '../../src/plan/make.ts';
import { kindProvider } from '../../src/providers/kind/index.ts';
import { failuresOf, openChanges } from '../../src/run/changes.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { agentsIn, agentsScenario } from '../support/agents-run.ts';
import { journalSomewhere } from '../support/changes.ts';
import { sandbox, start, until } from '../support/cli.ts';
import { deployJobs, loadOwnImage } from '../support/cluster-jobs.ts';
import { kindImages, kindMissing } from '../support/kind.ts';
import { hasProxy } from '../support/proxies.ts';
import { skipped, skippedFile } from '../support/skip.ts';
import { realBalancer } from '../support/stranger/balancer.ts';
import { createStranger, deleteStranger, named, serviceKey } from '../support/stranger/cluster.ts';
import { command, flipUnderLoad } from '../support/stranger/flips.ts';

/*
 * A machine on which somebody else's kind cluster comes and goes. While it is there, midflight audits it and flips its
 * Service's policy and back. When it goes, its addresses are free, and Docker gives the lowest free one to whatever container
 * starts next.
 */
const missing = await kindMissing();
if (missing === null) neighbours();
else skippedFile(missing.requirement, 'neighbours on kind', missing.reason);

function neighbours(): void {
  const test = suite('neighbours on kind');
  const provider = kindProvider();
  const plan = makePlan(loadScenario(join(packageRoot(), 'test', 'conformance', 'conformance.yaml')), {
    cluster: 'kind',
    images: kindImages(),
  });
  const never = new AbortController().signal;
  const changes = openChanges(journalSomewhere(), { plan, provider, clock: systemClock, signal: never });
  const other = `other-${process.pid}`;
  const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();
  const box = sandbox();
  const stranger = named(other, join(box.folder, 'kubeconfig'));
  const addressOf = (container: string) =>
    docker('inspect', '-f', '{{.NetworkSettings.Networks.kind.IPAddress}}', container);
  const kindNodes = async () =>
    docker('ps', '--filter', 'label=io.x-k8s.kind.cluster', '--format', '{{.Names}}').split('\n').sort();
  const noted: string[] = [];
  const core = () => provider.cluster.kubeConfig().makeApiClient(CoreV1Api);
  const nodeAddress = async (name: string) =>
    (await core().readNode({ name })).status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;

  test.before(() => createStranger(stranger));
  test.after(async () => {
    await provider.down();
    assert.equal(failuresOf(await changes.unwind(0, never)), []);
    changes.close();
    deleteStranger(stranger);
    box.remove();
  });

  const proxy = hasProxy('haproxy') && findProgram('kubectl', process.env) !== null;
  if (!proxy) skipped('haproxy', 'audit and flip of a cluster of its own', 'haproxy or kubectl is not there');
  else
    test("somebody's cluster: audited, flipped under load, audited again", async () => {
      const balancer = await realBalancer(stranger, 8098);
      const audit = async () => {
        const args = ['audit', '--kubeconfig', stranger.kubeconfig, '--service', serviceKey];
        const { code, stdout } = await command([...args, '--format', 'json'], box.env);
        const { services, findings } = auditReport.parse(JSON.parse(stdout));
        return { code, service: services[0], ids: findings.map(({ id }) => id) };
      };
      const flip = async () => {
        const counted = await flipUnderLoad(stranger, balancer.address, {
          ...{ to: 'Local', strategy: 'exclude-first', streams: 60, rate: 4, env: box.env },
          out: join(box.folder, 'flip'),
        });
        assert.is(counted.exitCode, 0, counted.stderr);
        const { streams, probes, curl } = counted;
        assert.ok(streams !== null && streams.started >= 60 && probes !== null && probes.sent > 0);
        assert.equal([streams.lost, probes.failed], [0, 0], 'what midflight has counted');
        assert.ok(curl.streams.ended > 0 && curl.requests.ended > 0);
        assert.equal(curl.bad, [], 'what curl has met');
      };
      try {
        const before = await audit();
        assert.is(before.code, 1);
        assert.ok(before.ids.includes('MF001'));
        assert.equal(before.service?.preemptibleTransit?.names, stranger.spot);
        assert.is(before.service?.exposedShare, 0.6);
        await flip();
        const after = await audit();
        assert.equal([after.code, after.service?.exposedShare], [0, 0]);
      } finally {
        await balancer.stop();
      }
    });

  test('a run sends its load from agents in the other cluster; after SIGKILL clean removes what it made in both', async () => {
    loadOwnImage(other);
    const count = 4;
    const [file, out] = [join(box.folder, 'agents.yaml'), join(box.folder, 'agents')];
    writeFileSync(file, agentsScenario(`kind-${other}`, count));
    const env = { ...box.env, KUBECONFIG: stranger.kubeconfig };
    const started = start(['run', file, '--cluster', 'kind', '--quiet', '--out', out], { ...box, env });
    const history = join(out, 'history.ndjson');
    const ours = () =>
      docker('ps', '-a', '--filter', 'label=dev.midflight.cluster', '--format', '{{.Names}}');
    const jobs = () =>
      execFileSync(
        'kubectl',
        [
          ...['--kubeconfig', stranger.kubeconfig, 'get', 'jobs', '--output', 'name'],
          ...['--selector', 'app.kubernetes.io/name=midflight'],
        ],
        { encoding: 'utf8' },
      ).trim();
    try {
      await until(
        'streams of the second trial from agents',
        () =>
          started.child.exitCode !== null ||
          (existsSync(history) && readFileSync(history, 'utf8').includes('"1-slow-a1-')),
        300_000,
      );
    } finally {
      started.child.kill('SIGKILL');
    }
    const { code, signal, stdout, stderr } = await started.ended;
    assert.is(signal, 'SIGKILL', `it ended with ${code}: ${stdout}${stderr}`);
    const { outcomes, agents, clocks, errorMs } = await agentsIn(history, 0);
    assert.equal(outcomes, Array(12).fill('completed'));
    assert.equal(agents, [0, 1, 2, 3]);
    assert.equal(
      clocks,
      agents.map((agent) => `slow@agent-${agent}`),
    );
    console.log(`clocks of ${count} agents: known within ${errorMs.toFixed(1)} ms`);
    const job = jobs();
    assert.match(job, /^job\.batch\/midflight-agents-[0-9a-f]{8}$/);
    assert.is.not(ours(), '');
    // Its context and its file are in the journal: the environment of whoever cleans is another.
    const cleaned = await start(['clean'], box).ended;
    assert.is(cleaned.code, 0, cleaned.stderr);
    assert.match(`${cleaned.stdout}${cleaned.stderr}`, `Job ${job.replace('job.batch/', '')} removed`);
    await until('the Job to be gone', () => jobs() === '');
    assert.is(ours(), '');
  });

  test('the cluster of a run starts beside it', async () => {
    const note = (_: string, text: string) => noted.push(text);
    const events = { progress: () => {}, failed: () => {}, note, event: () => {} };
    await provider.cluster.open(plan, events, never, changes);
    assert.is(provider.cluster.nodes().length, plan.nodes.length);
  });

  test('whoever has another state folder can neither remove the cluster nor take it for left behind', async () => {
    const nodes = await kindNodes();
    for (const words of [['cluster', 'down'], ['clean']]) {
      const { code, stdout } = await command(words, box.env);
      assert.is(code, 0, stdout);
      if (words[0] === 'cluster') assert.match(stdout, `in use by process ${process.pid}, left alone`);
    }
    assert.equal(await kindNodes(), nodes);
  });

  test('workers run nothing of the cluster but what runs on every node', async () => {
    const workers = provider.cluster.nodes().map(({ name }) => name);
    const { items } = await core().listPodForAllNamespaces();
    const others = items
      .filter(({ spec, metadata }) => workers.includes(spec?.nodeName ?? '') && !metadata?.deletionTimestamp)
      .filter(({ metadata }) => metadata?.ownerReferences?.[0]?.kind !== 'DaemonSet')
      .map(({ metadata }) => metadata?.name);
    assert.equal(others, []);
    assert.ok(
      items.some(({ metadata }) => metadata?.name?.startsWith('coredns')),
      'CoreDNS is there',
    );
  });

  // The neighbour is a cluster of somebody who has our manifests: no other has to be made for them.
  test('deploy/cronjob.yaml watches a Service and pushes its figures; an analysis Job ends as the rollout is to', () => {
    const jobs = deployJobs(other);
    try {
      jobs.kubectl(['create', 'job', 'once', '--namespace', 'midflight', '--from=cronjob/midflight']);
      assert.is(jobs.ended('midflight', 'once'), 'Complete');
      const [request = '', ...body] = jobs.pushed().split('\n');
      assert.is(request, 'PUT /metrics/job/midflight/target/shop');
      assert.match(body.join('\n'), /^midflight_\w+\{.*\} \S+$/m);
      assert.is(body.at(-2), '# EOF');
      assert.is(jobs.ended('midflight', 'analysis-broken'), 'Failed');
      // A machine too slow to measure makes it unknown, and stops the rollout too.
      const log = jobs.kubectl(['logs', 'job/analysis-whole', '--namespace', 'midflight']);
      if (!/^unknown/m.test(log)) assert.is(jobs.ended('midflight', 'analysis-whole'), 'Complete');
    } finally {
      jobs.remove();
    }
  });

  test('a node without power keeps its address while another cluster is removed', async () => {
    const [victim] = provider.cluster.nodes();
    assert.ok(victim);
    const { name, address } = victim;
    assert.is(addressOf(name), address);
    const below = addressOf(`${other}-control-plane`);
    assert.ok(Number(below.split('.')[3]) < Number(address.split('.')[3]), `${below} is below ${address}`);
    const { power } = provider.effects;
    assert.ok(power);
    const mark = changes.mark();
    await changes.make(power, { node: name }, { how: 'off' });
    deleteStranger(stranger);
    assert.equal(failuresOf(await changes.unwind(mark, never)), []);
    assert.is(addressOf(name), address);
    assert.is(await nodeAddress(name), address);
    const ours = docker('ps', '-a', '--filter', 'label=dev.midflight.cluster', '--format', '{{.Names}}');
    assert.match(ours, /^midflight-run-[0-9a-f]+-edge$/, 'no placeholder is left');
    assert.equal(noted, []);
  });

  test.run();
}
