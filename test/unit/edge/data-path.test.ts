import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/base/random.ts';
import type { CheckRequest } from '../../../src/edge/check.ts';
import { createDataPath, type DataPath } from '../../../src/edge/data-path.ts';
import type { CheckResult } from '../../../src/edge/health.ts';
import { createHealthChecks } from '../../../src/edge/health-checks.ts';
import type { Desired, Target } from '../../../src/edge/targets.ts';
import type { PlannedEdge } from '../../../src/plan/schema.ts';
import { presets } from '../../../src/presets/index.ts';
import { handTimers, second } from '../../support/hand-timers.ts';

/* What a controller does at a flip, on a clock turned by hand: checks and data path are real, nodes and connections not. */

const node = (name: string): Target => ({ name, address: `10.0.0.${name}`, portOffset: 0, hello: false });
/** Node 1 runs an ingress pod, node 2 none. */
const [withPod, podless] = [node('1'), node('2')];
const desired = (policy: 'Cluster' | 'Local', targets: Target[]): Desired => ({
  service: {
    policy,
    nodePort: 30_080,
    healthCheckNodePort: policy === 'Local' ? 32_000 : null,
    annotations: {},
  },
  targets,
});
const good: CheckResult = { ok: true, detail: '200' };
const bad: CheckResult = { ok: false, detail: '503' };

function rig(preset: PlannedEdge, timeScale = 1) {
  const timers = handTimers();
  const log: string[] = [];
  const seconds = () => Math.round((timers.now() / second) * 1000) / 1000;
  const note = (text: string) => log.push(`${seconds()} ${text}`);
  let targets: readonly Target[] = [];
  let gone = false;
  const answer = ({ port, host }: CheckRequest) => (port === 32_000 && host === podless.address ? bad : good);
  const checks = createHealthChecks({
    timers,
    timeScale,
    ejectOn503: preset.ejectOn503,
    newTarget: preset.newTarget,
    intervalFrom: preset.checkIntervalFrom,
    from: null,
    random: seededRandom(5),
    perform: (request) => Promise.resolve(answer(request)),
    onCheck: () => {},
    onVerdict: (name, healthy, reason) => path.verdict(name, healthy, reason),
  });
  const path: DataPath = createDataPath({
    preset,
    timers,
    timeScale,
    checks,
    balancer: {
      apply(next) {
        targets = next.targets;
      },
      verdict: () => {},
      cutAll: (how) => note(`every connection: ${how}`),
      addressGone(is) {
        gone = is;
        note(is ? 'address gone' : 'address back');
      },
    },
    onReconcile: ({ service }) => note(`follows ${service?.policy}`),
    onHealth: (name, eligible, healthy) => note(`${name} ${eligible ? (healthy ? 'up' : 'down') : 'out'}`),
  });
  /** Where new connections may go: `-` when nobody answers. */
  const open = () => {
    if (gone) return '-';
    return (
      targets
        .filter(({ name }) => path.isHealthy(name))
        .map(({ name }) => name)
        .join(',') || '-'
    );
  };
  /** From when on new connections went where, one look a second from `from` to `until`. */
  const watch = async (from: number, until: number) => {
    const seen: string[] = [];
    for (let at = from; at <= until; at += 1) {
      await timers.run(at);
      const now = open();
      if (seen.at(-1)?.split(' ')[1] !== now) seen.push(`${at} ${now}`);
    }
    return seen;
  };
  return { timers, log, path, open, watch };
}

test('check: nothing but the verdicts changes; podless nodes get connections until they are found out', async () => {
  const { timers, log, path, watch, open } = rig(presets['gke-instance-group']);
  path.apply(desired('Cluster', [withPod, podless]));
  await timers.run(10);
  assert.is(open(), '1,2');
  path.apply(desired('Local', [withPod, podless]));
  const [first, then, ...more] = await watch(10, 60);
  assert.equal([first, more], ['10 1,2', []]);
  const at = Number(then?.split(' ')[0]);
  assert.ok(at > 13 && at <= 17 && then?.endsWith(' 1'), then); // two checks, 3 s apart
  assert.ok(log.every((line) => !line.includes('every connection')));
});

test('backend-set: new connections stop at once for the nodes that leave', async () => {
  const { timers, log, path, open } = rig(presets['gke-neg']);
  path.apply(desired('Cluster', [withPod, podless]));
  await timers.run(10);
  path.apply(desired('Local', [withPod]));
  assert.is(open(), '1');
  assert.equal(log.slice(-2), ['10 2 out', '10 follows Local']);
});

test('recreate-address: nobody is answered for 3 minutes, and every connection is silenced, both ways', async () => {
  for (const [from, to] of [
    ['Cluster', 'Local'],
    ['Local', 'Cluster'],
  ] as const) {
    const { timers, log, path, watch } = rig(presets['gke-target-pool']);
    path.apply(desired(from, [withPod, podless]));
    await timers.run(40);
    path.apply(desired(to, [withPod, podless]));
    const seen = await watch(40, 300);
    assert.equal(seen, ['40 -', to === 'Local' ? '220 1' : '220 1,2']);
    assert.equal(
      log.filter((line) => /every|address/.test(line)),
      ['40 address gone', '40 every connection: silence', '220 address back'],
    );
  }
});

test('recreate-address: a change of nodes leaves the address where it is', async () => {
  const { timers, log, path, open } = rig(presets['gke-target-pool']);
  path.apply(desired('Cluster', [withPod, podless]));
  await timers.run(40);
  path.apply(desired('Cluster', [withPod]));
  assert.is(open(), '1');
  assert.ok(log.every((line) => !line.includes('address')));
});

test('recreate-address: what changes while the address is gone holds when it comes back', async () => {
  const { timers, path, watch } = rig(presets['gke-target-pool']);
  path.apply(desired('Cluster', [withPod, podless]));
  await timers.run(40);
  path.apply(desired('Local', [withPod, podless]));
  await timers.run(100);
  path.apply(desired('Local', [node('3')]));
  assert.equal(await watch(100, 300), ['100 -', '220 3']); // 1 and 2 have left
});

test('new-target-group: old targets for 15 s, then RST and nobody for tens of seconds until the new ones are in use', async () => {
  for (const [from, to, least, most] of [
    ['Cluster', 'Local', 20, 30], // 2 checks within 10 s, and 35 s until they show, less 15 s
    ['Local', 'Cluster', 50, 80], // 3 checks within 30 to 60 s
  ] as const) {
    const { timers, log, path, watch } = rig(presets['aws-nlb-intree']);
    path.apply(desired(from, [withPod, podless]));
    await timers.run(200);
    path.apply(desired(to, [withPod, podless]));
    const seen = await watch(200, 400);
    assert.is(seen[1], '215 -');
    const back = Number(seen[2]?.split(' ')[0]) - 215;
    assert.ok(back >= least && back <= most, `${from}->${to}: ${seen.join('; ')}`);
    assert.equal(
      log.filter((line) => line.includes('every')),
      ['215 every connection: reset'],
    );
  }
});

test('reload: a new process begins anew, so podless nodes count as healthy until their first failed check', async () => {
  const { timers, path, log, watch, open } = rig(presets.haproxy);
  path.apply(desired('Local', [withPod]));
  await timers.run(10);
  path.apply(desired('Local', [withPod, podless]));
  assert.is(open(), '1,2');
  assert.equal(await watch(10, 20), ['10 1,2', '11 1']);
  assert.ok(log.every((line) => !line.includes('every')));
});

test('restart: the proxy ends with all its connections, and nobody is answered while it starts', async () => {
  const { timers, path, log, watch } = rig(presets['cloud-provider-kind-old']);
  path.apply(desired('Cluster', [withPod, podless]));
  await timers.run(20);
  path.apply(desired('Local', [withPod, podless]));
  assert.equal((await watch(20, 30)).slice(0, 2), ['20 -', '21 1']);
  assert.ok(log.includes('20 every connection: reset'));
});

test('nothing: a flip changes neither checks nor targets', async () => {
  const { timers, log, path, open } = rig(presets.hetzner);
  path.apply(desired('Cluster', [withPod, podless]));
  await timers.run(60);
  const before = log.length;
  path.apply(desired('Local', [withPod, podless]));
  await timers.run(120);
  assert.is(open(), '1,2'); // the node port of node 2 answers here
  assert.equal(log.slice(before), ['60 follows Local']);
});

test('verdicts and removals take hold late, in cluster time; the very first verdicts at once', async () => {
  const { timers, path, log } = rig(presets['aws-nlb-lbc'], 10);
  path.apply(desired('Cluster', [withPod, podless]));
  await timers.run(4);
  const firsts = log.filter((line) => line.endsWith(' up'));
  assert.is(firsts.length, 2);
  path.apply(desired('Local', [withPod, podless]));
  await timers.run(12);
  const down =
    Number(log.find((line) => line.endsWith('2 down') && !line.startsWith('0'))?.split(' ')[0]) - 4;
  assert.ok(down > 4.5 && down <= 5.5, `${down}`); // (two checks in 10 to 20 s, and 35 s) / 10
  path.apply(desired('Local', [podless]));
  await timers.run(23);
  assert.ok(path.isHealthy('1'));
  await timers.run(25);
  assert.not.ok(path.isHealthy('1'));
  assert.ok(log.includes('24 1 out')); // 120 s / 10
});

test.run();
