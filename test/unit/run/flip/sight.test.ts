import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { resolveEdge } from '../../../../src/presets/resolve.ts';
import { inferredSight, type ServiceState } from '../../../../src/run/flip/sight.ts';

/* haproxy: it follows 1.3 s after a change, here taken twice; checks every second, 2 misses, 1 s each. */
const test = suite('what a balancer without a log must have done');
const { edge } = resolveEdge('haproxy');
const second = 1e9;
const state = (policy: ServiceState['policy'], more: Partial<ServiceState> = {}): ServiceState => ({
  policy,
  annotations: {},
  nodePort: 30_080,
  healthCheckNodePort: policy === 'Local' ? 31_000 : null,
  ...more,
});

function rig() {
  let now = 1000 * second;
  const sight = inferredSight(edge, () => now);
  sight.service(state('Cluster'));
  sight.nodes(new Set(['a', 'b']));
  sight.answered('a', true);
  sight.answered('b', true);
  return {
    sight,
    pass(seconds: number) {
      now += seconds * second;
    },
    now: () => now,
  };
}

test('what is there from the beginning has been followed already', () => {
  const { sight } = rig();
  assert.is(sight.policy, 'Cluster');
  assert.equal([...sight.targets], ['a', 'b']);
  assert.equal([...sight.healthy], ['a', 'b']);
});

test('a change of policy is followed after twice the delay of the preset', () => {
  const { sight, pass, now } = rig();
  const since = now();
  sight.service(state('Local'));
  pass(2.5);
  assert.is(sight.policy, 'Cluster');
  assert.ok(sight.reconciledAt < since);
  pass(0.2);
  assert.is(sight.policy, 'Local');
  assert.ok(sight.reconciledAt > since);
  assert.equal(sight.check(), { kind: 'http', path: '/healthz', port: 31_000, asksForPods: true });
});

test('an excluded node stays a target until then, and one that comes is none until then', () => {
  const { sight, pass } = rig();
  sight.nodes(new Set(['a', 'c']));
  assert.equal([...sight.targets].sort(), ['a', 'b']);
  pass(2.7);
  assert.equal([...sight.targets].sort(), ['a', 'c']);
});

test("a node's verdict turns once the checks have had their time", () => {
  const { sight, pass } = rig();
  sight.answered('b', false);
  pass(3.9);
  assert.ok(sight.healthy.has('b'));
  pass(0.2);
  assert.not.ok(sight.healthy.has('b'));
  assert.is(sight.lastCheck('b')?.ok, false);
  assert.is(sight.lastCheck('nobody'), null);
});

test('a pin by annotation names the port that is checked under either policy', () => {
  const { sight } = rig();
  sight.service(state('Local', { annotations: { ...edge.pinCheck?.annotations } }));
  assert.is(sight.check().port, 10_256);
});

test.run();
