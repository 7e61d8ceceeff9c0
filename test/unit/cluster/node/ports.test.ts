import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { podPortsOf } from '../../../../src/cluster/node/ports.ts';
import { ports } from '../../../../src/workload/manifests.ts';

const known = [ports.ingress, ports.ping, ports.app, ports.secure, ports.appH2];

test('pods with addresses of their own are reached at these', () => {
  const own = podPortsOf({ sharedAddress: false, address: '127.1.0.2', podPortBase: 40_000 });
  assert.is(own.host('127.1.8.3'), '127.1.8.3');
  for (const port of known) assert.is(own.port('127.1.8.3', port), port);
});

test('with one address for all, every port of every pod is another one of it', () => {
  const shared = podPortsOf({ sharedAddress: true, address: '127.0.0.1', podPortBase: 40_000 });
  const taken = new Set<number>();
  for (let node = 0; node < 6; node += 1)
    for (let pod = 1; pod <= 8; pod += 1)
      for (const port of known) {
        const address = `10.244.${node}.${pod}`;
        assert.is(shared.host(address), '127.0.0.1');
        taken.add(shared.port(address, port));
      }
  assert.is(taken.size, 6 * 8 * known.length);
  assert.is(Math.min(...taken), 40_000);
  assert.is(Math.max(...taken), 40_000 + 6 * 8 * known.length - 1);
});

test('every node computes the same ports', () => {
  const [one, other] = ['127.0.0.1', '127.0.0.9'].map((address) =>
    podPortsOf({ sharedAddress: true, address, podPortBase: 40_000 }),
  );
  assert.is(one?.port('10.244.2.3', ports.app), other?.port('10.244.2.3', ports.app));
});

test.run();
