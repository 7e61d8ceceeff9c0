import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../src/base/clock.ts';
import { packageRoot } from '../../src/base/package.ts';
import { makePlan } from '../../src/plan/make.ts';
import { kindProvider } from '../../src/providers/kind/index.ts';
import { failuresOf, openChanges } from '../../src/run/changes.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { journalSomewhere } from '../support/changes.ts';
import '../support/bundles.ts';
import { kindImages, kindMissing } from '../support/kind.ts';
import { skippedFile } from '../support/skip.ts';

/*
 * A machine on which somebody else's kind cluster comes and goes. When it goes, its addresses are free, and Docker gives
 * the lowest free one to whatever container starts next.
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
  const kind = (...args: string[]) => execFileSync('kind', args, { stdio: 'ignore' });
  const addressOf = (container: string) =>
    docker('inspect', '-f', '{{.NetworkSettings.Networks.kind.IPAddress}}', container);
  const noted: string[] = [];
  const core = () => provider.cluster.kubeConfig().makeApiClient(CoreV1Api);
  const nodeAddress = async (name: string) =>
    (await core().readNode({ name })).status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;

  test.before(async () => {
    const image = kindImages().node;
    kind('create', 'cluster', '--name', other, ...(image === undefined ? [] : ['--image', image]));
    const note = (_: string, text: string) => noted.push(text);
    const events = { progress: () => {}, failed: () => {}, note, event: () => {} };
    await provider.cluster.open(plan, events, never, changes);
  });
  test.after(async () => {
    await provider.down();
    assert.equal(failuresOf(await changes.unwind(0, never)), []);
    changes.close();
    kind('delete', 'cluster', '--name', other);
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
    kind('delete', 'cluster', '--name', other);
    assert.equal(failuresOf(await changes.unwind(mark, never)), []);
    assert.is(addressOf(name), address);
    assert.is(await nodeAddress(name), address);
    const ours = docker('ps', '-a', '--filter', 'label=dev.midflight.cluster', '--format', '{{.Names}}');
    assert.match(ours, /^midflight-run-[0-9a-f]+-edge$/, 'no placeholder is left');
    assert.equal(noted, []);
  });

  test.run();
}
