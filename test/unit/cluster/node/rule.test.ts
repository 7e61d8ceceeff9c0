import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { localReady, ruleOf, sourceFor } from '../../../../src/cluster/node/proxy/rule.ts';
import type { EndpointView } from '../../../../src/cluster/node/proxy/types.ts';

const ready = { ready: true, serving: true, terminating: false };
/** Terminating, and still answering (KEP-1669). */
const draining = { ready: false, serving: true, terminating: true };
const failing = { ready: false, serving: false, terminating: false };
const dying = { ready: false, serving: false, terminating: true };
type Conditions = typeof ready;

const at = (node: string | null, conditions: Conditions, address = `10.244.0.${node}`): EndpointView => ({
  address,
  port: 8000,
  node,
  ...conditions,
});

/** `silent`, `refuse` or the addresses that serve. */
function said(policy: 'Cluster' | 'Local', endpoints: readonly EndpointView[], node = 'a'): string {
  const rule = ruleOf({ externalTrafficPolicy: policy }, endpoints, node);
  if (rule.kind !== 'serve') return rule.kind;
  assert.is(rule.policy, policy);
  return rule.endpoints.map((endpoint) => endpoint.node).join(' ');
}

// endpoints | Cluster on a | Local on a
const table: [string, readonly EndpointView[], string, string][] = [
  ['none at all', [], 'refuse', 'refuse'],
  ['one here', [at('a', ready)], 'a', 'a'],
  ['one elsewhere', [at('b', ready)], 'b', 'silent'],
  ['here and elsewhere', [at('a', ready), at('b', ready)], 'a b', 'a'],
  ['none ready, none serving', [at('a', failing), at('b', dying)], 'refuse', 'refuse'],
  ['serving but not terminating is not enough', [at('a', { ...failing, serving: true })], 'refuse', 'refuse'],
  ['only draining ones', [at('a', draining), at('b', draining)], 'a b', 'a'],
  ['draining here, ready elsewhere', [at('a', draining), at('b', ready)], 'b', 'a'],
  ['ready here, draining here', [at('a', ready, 'x'), at('a', draining, 'y'), at('b', ready)], 'a b', 'a'],
  ['failing here, ready elsewhere', [at('a', failing), at('b', ready)], 'b', 'silent'],
  ['draining elsewhere only', [at('b', draining)], 'b', 'silent'],
  ['bound to no node', [at(null, ready)], '', 'silent'],
];

for (const [name, endpoints, cluster, local] of table) {
  test(`Cluster, ${name}: ${cluster}`, () => assert.is(said('Cluster', endpoints), cluster));
  test(`Local, ${name}: ${local}`, () => assert.is(said('Local', endpoints), local));
}

test('among ready and draining ones of a node only the ready serve', () => {
  const rule = ruleOf({ externalTrafficPolicy: 'Local' }, [at('a', draining, 'y'), at('a', ready, 'x')], 'a');
  assert.equal(rule.kind === 'serve' && rule.endpoints.map(({ address }) => address), ['x']);
});

const anyEndpoint = fc
  .record({
    node: fc.constantFrom('a', 'b', 'c', null),
    conditions: fc.constantFrom(ready, draining, failing, dying),
  })
  .map(({ node, conditions }) => at(node, conditions));

test('whatever the endpoints: Cluster is never silent, and has the same answer on every node', () => {
  fc.assert(
    fc.property(fc.array(anyEndpoint, { maxLength: 6 }), (endpoints) => {
      assert.is.not(said('Cluster', endpoints, 'a'), 'silent');
      assert.is(said('Cluster', endpoints, 'a'), said('Cluster', endpoints, 'b'));
    }),
  );
});

test('whatever the endpoints: both policies refuse together, and a node that serves under Local serves its own', () => {
  fc.assert(
    fc.property(fc.array(anyEndpoint, { maxLength: 6 }), (endpoints) => {
      const local = ruleOf({ externalTrafficPolicy: 'Local' }, endpoints, 'a');
      const cluster = ruleOf({ externalTrafficPolicy: 'Cluster' }, endpoints, 'a');
      assert.is(local.kind === 'refuse', cluster.kind === 'refuse');
      if (local.kind === 'serve') assert.ok(local.endpoints.every(({ node }) => node === 'a'));
    }),
  );
});

test('whatever the endpoints: if the health check counts one, Local serves', () => {
  fc.assert(
    fc.property(fc.array(anyEndpoint, { maxLength: 6 }), (endpoints) => {
      if (localReady(endpoints, 'a') === 0) return;
      assert.is(ruleOf({ externalTrafficPolicy: 'Local' }, endpoints, 'a').kind, 'serve');
    }),
  );
});

test('the health check counts ready endpoints of this node, draining ones not', () => {
  const endpoints = [
    at('a', ready),
    at('a', ready, '10.244.0.9'),
    at('a', draining),
    at('a', failing),
    at('b', ready),
  ];
  assert.is(localReady(endpoints, 'a'), 2);
  assert.is(localReady(endpoints, 'b'), 1);
  assert.is(localReady(endpoints, 'c'), 0);
});

const self = { node: 'a', address: '127.40.0.2', bridgeAddress: '127.40.1.1' };

test("Cluster goes on from the node's address towards other nodes, from the bridge's to a pod of its own", () => {
  assert.is(sourceFor('Cluster', at('b', ready), self, '127.9.9.9'), '127.40.0.2');
  assert.is(sourceFor('Cluster', at('a', ready), self, '127.9.9.9'), '127.40.1.1');
  assert.is(sourceFor('Cluster', at(null, ready), self, undefined), '127.40.0.2');
});

test("Local keeps the client's address if it can be bound", () => {
  assert.is(sourceFor('Local', at('a', ready), self, '127.9.9.9'), '127.9.9.9');
  assert.is(sourceFor('Local', at('a', ready), self, '192.0.2.7'), null);
  assert.is(sourceFor('Local', at('a', ready), self, undefined), null);
});

test.run();
