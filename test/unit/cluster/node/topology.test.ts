import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ruleOf } from '../../../../src/cluster/node/proxy/rule.ts';
import type { EndpointView } from '../../../../src/cluster/node/proxy/types.ts';

type Hints = EndpointView['hints'];
const at = (node: string, hints?: Hints, ready = true): EndpointView => ({
  address: `10.0.0.${node}`,
  port: 8000,
  node,
  ready,
  serving: true,
  terminating: !ready,
  ...(hints === undefined ? {} : { hints }),
});
const near = (node: string, zone: string) => at(node, { nodes: [node], zones: [zone] });
const zoned = (node: string, zone: string, ready = true) => at(node, { nodes: [], zones: [zone] }, ready);

/** The nodes whose pods serve a connection that comes to `node`. */
function served(
  endpoints: EndpointView[],
  node: string,
  zone: string | null,
  policy: 'Cluster' | 'Local' = 'Cluster',
) {
  const rule = ruleOf({ externalTrafficPolicy: policy }, endpoints, node, zone);
  return rule.kind === 'serve' ? rule.endpoints.map((one) => one.node).join(' ') : rule.kind;
}

test('with hints for nodes a node prefers its own pods, then those of its zone, then all', () => {
  const all = [near('a', 'z1'), near('b', 'z1'), near('c', 'z2')];
  assert.is(served(all, 'a', 'z1'), 'a');
  assert.is(served(all, 'bare', 'z1'), 'a b');
  assert.is(served(all, 'bare', 'z3'), 'a b c');
  assert.is(served(all, 'bare', null), 'a b c');
});

test('with hints for zones only, the zone is preferred, and a node with a pod has no preference for it', () => {
  const all = [zoned('a', 'z1'), zoned('b', 'z1'), zoned('c', 'z2')];
  assert.is(served(all, 'a', 'z1'), 'a b');
  assert.is(served(all, 'c', 'z2'), 'c');
});

test('one endpoint without a hint switches the preference off for all', () => {
  assert.is(served([zoned('a', 'z1'), at('b'), zoned('c', 'z2')], 'a', 'z1'), 'a b c');
});

test('hints concern Cluster only, and ready endpoints only', () => {
  assert.is(served([near('a', 'z1'), near('b', 'z1')], 'bare', 'z1', 'Local'), 'silent');
  // The terminating one has lost its hint with its readiness: it does not count.
  assert.is(served([zoned('a', 'z1'), at('b', undefined, false)], 'bare', 'z1'), 'a');
});

test.run();
