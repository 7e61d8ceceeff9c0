import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/base/random.ts';
import type { CheckRequest } from '../../../src/edge/check.ts';
import type { CheckResult } from '../../../src/edge/health.ts';
import { checkPort, createHealthChecks } from '../../../src/edge/health-checks.ts';
import type { FollowedService, Target } from '../../../src/edge/targets.ts';
import { presets } from '../../../src/presets/index.ts';
import { handTimers, second } from '../../support/hand-timers.ts';

const node = (name: string): Target => ({ name, address: `10.0.0.${name}`, portOffset: 0, hello: false });
const underCluster: FollowedService = {
  policy: 'Cluster',
  nodePort: 30_080,
  healthCheckNodePort: null,
  annotations: {},
};
const underLocal: FollowedService = {
  policy: 'Local',
  nodePort: 30_080,
  healthCheckNodePort: 32_000,
  annotations: {},
};

function rig(
  answer: (request: CheckRequest, now: number) => CheckResult | { afterSeconds: number },
  timeScale = 1,
  intervalFrom: 'start' | 'end' = 'start',
) {
  const timers = handTimers();
  const asked: { at: number; host: string; port: number; timeoutMs: number }[] = [];
  const verdicts: { at: number; node: string; healthy: boolean; reason: string }[] = [];
  const lateness: number[] = [];
  const checks = createHealthChecks({
    timers,
    timeScale,
    ejectOn503: false,
    newTarget: 'unhealthy',
    intervalFrom,
    from: null,
    random: seededRandom(3),
    perform(request) {
      asked.push({
        at: timers.now() / second,
        host: request.host,
        port: request.port,
        timeoutMs: request.timeoutMs,
      });
      const result = answer(request, timers.now() / second);
      if ('ok' in result) return Promise.resolve(result);
      return new Promise((resolve) => {
        timers.at(timers.now() + result.afterSeconds * second, () =>
          resolve({ ok: false, detail: 'timeout' }),
        );
      });
    },
    onCheck: (_node, dueAt, startedAt) => lateness.push(startedAt - dueAt),
    onVerdict: (name, healthy, reason) =>
      verdicts.push({ at: timers.now() / second, node: name, healthy, reason }),
  });
  return { timers, checks, asked, verdicts, lateness };
}
const good: CheckResult = { ok: true, detail: '200' };

test('a new target is checked at once, then at its own place in the interval, always when due', async () => {
  const { timers, checks, asked, verdicts, lateness } = rig(() => good);
  checks.apply([node('1')], presets['gke-instance-group'].checks.Cluster, underCluster);
  await timers.run(60);
  assert.equal(verdicts, [{ at: 0, node: '1', healthy: true, reason: '200' }]);
  const times = asked.map(({ at }) => at);
  assert.is(times[0], 0);
  const first = times[1] ?? 0;
  assert.ok(first > 0 && first <= 8);
  assert.ok(times.slice(1).every((at, index) => Math.abs(at - first - 8 * index) < 1e-6));
  assert.ok(lateness.every((late) => late === 0));
  assert.is(asked[0]?.port, 10_256);
});

test('a silent node is ejected within interval x threshold + time-out, on GKE 25 s under Cluster and 7 s under Local', async () => {
  for (const [service, check, worst] of [
    [underCluster, presets['gke-instance-group'].checks.Cluster, 25],
    [underLocal, presets['gke-instance-group'].checks.Local, 7],
  ] as const) {
    const { timers, checks, verdicts } = rig((request, now) =>
      now < 30 ? good : { afterSeconds: request.timeoutMs / 1000 },
    );
    checks.apply([node('1')], check, service);
    await timers.run(120);
    const ejected = verdicts[1];
    assert.is(ejected?.healthy, false);
    const took = (ejected?.at ?? 0) - 30;
    const least = (check.intervalMs / 1000) * (check.unhealthyThreshold - 1) + 1;
    assert.ok(took >= least && took <= worst, `${took} s, within ${least} and ${worst}`);
  }
});

test('a check that takes as long as its interval leaves the interval as it is (NLB: 10 s and 10 s, out after 30 to 40 s)', async () => {
  for (const seed of [30, 33, 37.5]) {
    const { timers, checks, asked, verdicts } = rig((request, now) =>
      now < seed ? good : { afterSeconds: request.timeoutMs / 1000 },
    );
    checks.apply([node('1')], presets['aws-nlb-lbc'].checks.Cluster, underCluster);
    await timers.run(120);
    const failing = asked.filter(({ at }) => at >= seed).map(({ at }) => at);
    assert.ok(failing.slice(1).every((at, index) => Math.abs(at - (failing[index] ?? 0) - 10) < 1e-6));
    const took = (verdicts.find(({ healthy }) => !healthy)?.at ?? 0) - seed;
    assert.ok(took >= 30 && took <= 40, `${took} s`);
  }
});

test('a check that takes longer than its interval does not hold up the next one', async () => {
  const { timers, checks, asked } = rig(() => ({ afterSeconds: 7 }));
  checks.apply([node('1')], { ...presets.custom.checks.Cluster, intervalMs: 2000 }, underCluster);
  await timers.run(20);
  const times = asked.slice(1).map(({ at }) => at);
  assert.ok(
    times.length >= 9 && times.slice(1).every((at, index) => Math.abs(at - (times[index] ?? 0) - 2) < 1e-6),
  );
});

test('Envoy and HAProxy count the interval from the result of a check (cloud-provider-kind: 2 x (3 s + 2 s))', async () => {
  const { timers, checks, asked, verdicts } = rig(
    (request, now) => (now < 10 ? good : { afterSeconds: request.timeoutMs / 1000 }),
    1,
    presets['cloud-provider-kind'].checkIntervalFrom,
  );
  checks.apply([node('1')], presets['cloud-provider-kind'].checks.Cluster, underCluster);
  await timers.run(40);
  const failing = asked.filter(({ at }) => at >= 10).map(({ at }) => at);
  assert.ok(Math.abs((failing[1] ?? 0) - (failing[0] ?? 0) - 5) < 1e-6);
  assert.ok((verdicts[1]?.at ?? 0) <= 20);
});

test('a node whose ports are moved is checked at its own', async () => {
  const { timers, checks, asked } = rig(() => good);
  checks.apply(
    [{ ...node('1'), portOffset: 700 }],
    presets['gke-instance-group'].checks.Cluster,
    underCluster,
  );
  await timers.run(1);
  assert.is(asked[0]?.port, 10_956);
});

test('a node that comes back at another address is checked there', async () => {
  const { timers, checks, asked } = rig(() => good);
  checks.apply([node('1')], presets['gke-instance-group'].checks.Cluster, underCluster);
  await timers.run(20);
  checks.apply(
    [{ ...node('1'), address: '10.9.9.9' }],
    presets['gke-instance-group'].checks.Cluster,
    underCluster,
  );
  await timers.run(60);
  const later = asked.filter(({ at }) => at > 20);
  assert.ok(later.length >= 4 && later.every(({ host }) => host === '10.9.9.9'));
});

test('what a process that was held up has missed is left out, not made up for', async () => {
  const { timers, checks, asked } = rig(() => good);
  checks.apply([node('1')], presets['gke-instance-group'].checks.Cluster, underCluster);
  await timers.run(10);
  const before = asked.length;
  timers.stall(50);
  await timers.run(70);
  assert.ok(asked.length - before <= 4, `${asked.length - before} checks in 20 s`);
});

test('a flip asks the other port, keeps the verdicts, and begins to count anew', async () => {
  const { timers, checks, asked, verdicts } = rig((request) =>
    request.port === 32_000 && request.host === '10.0.0.2' ? { ok: false, detail: '503' } : good,
  );
  const targets = [node('1'), node('2')];
  checks.apply(targets, presets['gke-instance-group'].checks.Cluster, underCluster);
  await timers.run(20);
  assert.ok(checks.isHealthy('1') && checks.isHealthy('2'));
  checks.apply(targets, presets['gke-instance-group'].checks.Local, underLocal);
  assert.ok(checks.isHealthy('2'));
  await timers.run(40);
  assert.ok(asked.filter(({ at }) => at > 20).every(({ port }) => port === 32_000));
  const ejected = verdicts.find(({ healthy }) => !healthy);
  assert.equal([ejected?.node, ejected?.reason], ['2', '503']);
  assert.ok((ejected?.at ?? 0) > 23 && (ejected?.at ?? 0) <= 26);
  assert.ok(checks.isHealthy('1') && !checks.isHealthy('2'));
});

test('a check that was under way when its target went, or the check changed, counts no more', async () => {
  const { timers, checks, verdicts } = rig(() => ({ afterSeconds: 1 }));
  checks.apply([node('1')], presets['gke-instance-group'].checks.Cluster, underCluster);
  await timers.run(0.5);
  checks.apply([], presets['gke-instance-group'].checks.Cluster, underCluster);
  await timers.run(100);
  assert.equal(verdicts, []);
  assert.not.ok(checks.isHealthy('1'));
});

test('time-outs and intervals are divided by timeScale', async () => {
  const { timers, checks, asked } = rig(() => good, 10);
  checks.apply([node('1')], presets['gke-instance-group'].checks.Cluster, underCluster);
  await timers.run(8);
  assert.ok(asked.length >= 10 && asked.length <= 12, `${asked.length}`);
  assert.is(asked[0]?.timeoutMs, 100);
});

test('a port that the Service does not have fails the check, as a closed one would', async () => {
  assert.is(checkPort('healthCheckNodePort', underCluster), null);
  assert.is(checkPort('nodePort', underCluster), 30_080);
  const { timers, checks, asked } = rig(() => good);
  checks.apply([node('1')], presets['gke-instance-group'].checks.Local, underCluster);
  await timers.run(10);
  assert.equal(asked, []);
  assert.not.ok(checks.isHealthy('1'));
});

test.run();
