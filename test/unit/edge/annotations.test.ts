import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkFor, partingOf } from '../../../src/edge/annotations.ts';
import type { FollowedService } from '../../../src/edge/targets.ts';
import { presets } from '../../../src/presets/index.ts';

const service = (policy: 'Cluster' | 'Local', annotations: Record<string, string> = {}): FollowedService => ({
  policy,
  nodePort: 30_080,
  healthCheckNodePort: policy === 'Local' ? 32_000 : null,
  annotations,
});

test('the check follows the policy until all annotations of the pin are there', () => {
  const lbc = presets['aws-nlb-lbc'];
  const pin = lbc.pinCheck?.annotations ?? {};
  assert.ok(Object.keys(pin).length > 1);
  assert.equal(checkFor(lbc, service('Local')), lbc.checks.Local);
  const [first = ''] = Object.keys(pin);
  assert.equal(checkFor(lbc, service('Local', { [first]: pin[first] ?? '' })), lbc.checks.Local);
  for (const policy of ['Cluster', 'Local'] as const) {
    const { kind, port, path, intervalMs } = checkFor(lbc, service(policy, { ...pin, other: 'x' }));
    assert.equal([kind, port, path], ['http', 'healthz', '/healthz']);
    assert.is(intervalMs, lbc.checks[policy].intervalMs);
  }
});

test('a pin to the node port connects and asks nothing', () => {
  const digitalocean = presets['digitalocean-regional'];
  const { kind, port } = checkFor(digitalocean, service('Local', { ...digitalocean.pinCheck?.annotations }));
  assert.equal([kind, port], ['tcp', 'nodePort']);
});

test('a balancer whose check cannot be pinned ignores annotations', () => {
  assert.equal(
    checkFor(presets['gke-instance-group'], service('Local', { 'midflight.dev/check': 'x' })),
    presets['gke-instance-group'].checks.Local,
  );
});

test('open connections end as the preset defines, unless the Service keeps them', () => {
  const lbc = presets['aws-nlb-lbc'];
  assert.is(partingOf(lbc, service('Cluster')).onEjected, 'reset');
  assert.is(partingOf(lbc, null).onEjected, 'reset');
  const kept = partingOf(lbc, service('Cluster', { ...lbc.keepEstablished }));
  assert.equal(kept, { onEjected: 'persist', drainTimeoutMs: 3_600_000 });
});

test.run();
