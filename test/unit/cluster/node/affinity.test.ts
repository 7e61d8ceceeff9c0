import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { affinity } from '../../../../src/cluster/node/proxy/affinity.ts';
import type { EndpointView } from '../../../../src/cluster/node/proxy/types.ts';

const pod = (address: string): EndpointView => ({
  address,
  port: 8000,
  node: 'a',
  ready: true,
  serving: true,
  terminating: false,
});
const [one, two] = [pod('10.0.0.1'), pod('10.0.0.2')];

function rig(timeoutMs: number) {
  let now = 0;
  const table = affinity(timeoutMs, () => now * 1e6);
  return {
    at(ms: number) {
      now = ms;
    },
    of: (client: string, choice: EndpointView, endpoints = [one, two]) =>
      table.of(client, endpoints, () => (endpoints.includes(choice) ? choice : endpoints[0]))?.address,
  };
}

test('a client address is bound for the time-out from its last connection', () => {
  const { at, of } = rig(1000);
  assert.is(of('192.0.2.1', one), one.address);
  at(999);
  assert.is(of('192.0.2.1', two), one.address);
  at(1998);
  assert.is(of('192.0.2.1', two), one.address, 'the connection at 999 bound it anew');
  at(2998);
  assert.is(of('192.0.2.1', two), two.address, 'nothing for 1000 ms: free again');
});

test('each address is bound by itself, however a socket writes it', () => {
  const { of } = rig(1000);
  assert.is(of('192.0.2.1', one), one.address);
  assert.is(of('192.0.2.2', two), two.address);
  assert.is(of('::ffff:192.0.2.1', two), one.address);
});

test('a pod that is no endpoint any more lets its clients go, also if it comes back', () => {
  const { of } = rig(1000);
  assert.is(of('192.0.2.1', one), one.address);
  assert.is(of('192.0.2.1', one, [two]), two.address);
  assert.is(of('192.0.2.1', one), two.address);
  assert.is(of('192.0.2.1', one, []), undefined);
  assert.is(of('192.0.2.1', one), two.address, 'a refused connection binds nothing');
});

test.run();
