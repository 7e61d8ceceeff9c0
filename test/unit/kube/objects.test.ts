import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { internalAddressOf } from '../../../src/kube/addresses.ts';
import { isReadyEndpoint, isServingEndpoint } from '../../../src/kube/endpoints.ts';

test('conditions that an endpoint does not have get the defaults of discovery/v1', () => {
  const conditions = [
    { of: undefined, ready: true, serving: true },
    { of: {}, ready: true, serving: true },
    { of: { ready: null, serving: null }, ready: true, serving: true },
    { of: { ready: false }, ready: false, serving: false },
    { of: { ready: false, serving: true }, ready: false, serving: true },
    { of: { ready: true, serving: false }, ready: true, serving: false },
  ];
  for (const { of, ready, serving } of conditions) {
    assert.is(isReadyEndpoint({ conditions: of }), ready, JSON.stringify(of));
    assert.is(isServingEndpoint({ conditions: of }), serving, JSON.stringify(of));
  }
});

test("a node's address is its InternalIP, whatever else it has", () => {
  const addresses = [
    { type: 'Hostname', address: 'web-0' },
    { type: 'ExternalIP', address: '203.0.113.9' },
    { type: 'InternalIP', address: '10.0.0.7' },
  ];
  assert.is(internalAddressOf({ status: { addresses } }), '10.0.0.7');
  assert.is(internalAddressOf({ status: { addresses: addresses.slice(0, 2) } }), undefined);
  assert.is(internalAddressOf({ status: null }), undefined);
});

test.run();
