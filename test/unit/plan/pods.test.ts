import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan } from '../../../src/plan/make.ts';
import { lifeMs } from '../../../src/plan/pods.ts';
import { trialMs } from '../../../src/plan/wall.ts';
import { ScenarioError } from '../../../src/scenario/error.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

const scenario = (ingress: string, fault = 'drain') => `name: pods
nodes: [{ name: n, count: 3 }]
ingress: ${ingress}
load: [{ kind: streams, concurrency: 10, duration: 30s }, { kind: probe, rate: 4 }]
policies: [Local]
fault: { kind: ${fault}, target: { runs: ingress } }
`;
const planOf = (ingress: string, fault?: string) =>
  makePlan(parseScenario(scenario(ingress, fault), 'x.yaml'), { cluster: 'embedded' });

const complaint = (ingress: string): string => {
  try {
    planOf(ingress);
    return '';
  } catch (error) {
    assert.instance(error, ScenarioError);
    return (error as ScenarioError).problems
      .map(({ line, col, what, hint }) => `${line}:${col} ${what}: ${hint}`)
      .join('\n');
  }
};

test('how pods start, become ready and end, in milliseconds; none of it by default', () => {
  const { ingress } = planOf(`
  preStop: 20s
  startDelay: 1500ms
  terminationGracePeriod: 80s
  readiness: { initialDelay: 3s, period: 4s, timeout: 5s, failureThreshold: 6, successThreshold: 7 }`);
  assert.equal([ingress.preStopMs, ingress.startDelayMs, ingress.readinessPeriodMs], [20_000, 1500, 4000]);
  assert.equal(ingress.readiness, {
    initialDelayMs: 3000,
    timeoutMs: 5000,
    failureThreshold: 6,
    successThreshold: 7,
  });
  const { ingress: plain, app } = planOf('{}');
  assert.equal(
    [plain.preStopMs, plain.startDelayMs, app.preStopMs, plain.readinessPeriodMs],
    [0, 0, 0, 2000],
  );
  assert.is(planOf('{ traefik: { readinessPeriod: 9s } }').ingress.readinessPeriodMs, 9000);
});

test('a hook that the grace period does not hold is refused at its place, as Kubernetes would', () => {
  assert.is(complaint('{ preStop: 60s }'), '');
  assert.is(
    complaint('{ preStop: 61s }'),
    '3:12 ingress.preStop (61 s) is longer than terminationGracePeriod (60 s), which Kubernetes refuses: set ingress.terminationGracePeriod to preStop and the time that open requests need after it',
  );
});

test('two periods of one probe are refused', () => {
  assert.match(
    complaint('{ readiness: { period: 3s }, traefik: { readinessPeriod: 3s } }'),
    /^3:50 ingress.readiness.period and ingress.traefik.readinessPeriod both set the period/,
  );
});

test('a hook that eats into graceTimeOut is pointed out', () => {
  const notice = (ingress: string) =>
    planOf(ingress).notices.filter((text) => text.startsWith('ingress: preStop'));
  assert.equal(notice('{ preStop: 50s }'), []);
  assert.equal(notice('{ preStop: 51s }'), [
    'ingress: preStop, requestAcceptGraceTimeout and graceTimeOut take 61 s together, and terminationGracePeriod is 60 s: what is open then is cut',
  ]);
});

test('the life of a container that is ended: hook, then its own time, cut by the grace period', () => {
  assert.is(lifeMs(0, 60_000, 10_000), 10_000);
  assert.is(lifeMs(0, 5000, 10_000), 5000);
  assert.is(lifeMs(15_000, 60_000, 10_000), 25_000);
  assert.is(lifeMs(15_000, 20_000, 10_000), 20_000);
  assert.is(lifeMs(20_000, 20_000, 10_000), 22_000, 'the kubelet grants 2 s after the hook');
  assert.is(lifeMs(30_000, 15_000, 10_000), 17_000, 'a shutdown of the node gives less than the hook wants');
});

test('a run that ends pods with a hook, and starts them late, is expected to take longer', () => {
  const lasts = (ingress: string, fault?: string) => {
    const plan = planOf(ingress, fault);
    const [trial] = plan.trials;
    return trial === undefined ? 0 : trialMs(plan, trial);
  };
  assert.is(lasts('{ preStop: 15s }') - lasts('{}'), 25_000);
  assert.is(lasts('{ preStop: 15s }', 'pod-kill') - lasts('{}', 'pod-kill'), 0);
  assert.is(lasts('{ startDelay: 9s }') - lasts('{}'), 9000);
});

test.run();
