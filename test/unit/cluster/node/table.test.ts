import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tableLine } from '../../../../src/cluster/node/proxy/table.ts';
import { connectionsPath, healthzPort } from '../../../../src/kube/names.ts';
import { isLiveFlow, readConntrack } from '../../../../src/transit/conntrack.ts';
import { countTransit } from '../../../../src/transit/count.ts';
import { client, host, withProxy } from '../../../support/service-proxy.ts';

const passed = {
  client: { address: '127.5.6.7', port: 4711 },
  nodePort: 30_080,
  endpoint: { address: '127.5.6.20', port: 8000 },
};

test("a line is read like the kernel's: live once the pod has answered", () => {
  const { flows, unread } = readConntrack(
    tableLine('127.5.6.2', { ...passed, connected: true }) +
      tableLine('127.5.6.2', { ...passed, connected: false }),
  );
  assert.equal(unread, []);
  assert.equal(flows.map(isLiveFlow), [true, false]);
  assert.equal(flows[0]?.original, {
    source: '127.5.6.7',
    destination: '127.5.6.2',
    sourcePort: 4711,
    destinationPort: 30_080,
  });
  assert.is(flows[0]?.reply.source, '127.5.6.20');
});

test('the data path shows what it passes on while it lasts', () =>
  withProxy(async ({ put, endpoint, nodePort }) => {
    const elsewhere = endpoint('elsewhere');
    await put('Cluster', [elsewhere]);
    const shown = async () => {
      const answer = await fetch(`http://${host}:${healthzPort}${connectionsPath}`);
      assert.is(answer.status, 200);
      const { flows, unread } = readConntrack(await answer.text());
      assert.equal(unread, []);
      const service = {
        key: 'web/ingress',
        ports: [{ protocol: 'tcp', port: 80, nodePort }],
        addresses: new Set<string>(),
        endpoints: new Map([[elsewhere.address, elsewhere.node]]),
      };
      const { transit, local, gone } = countTransit({ name: 'node-a', podNetworks: [] }, flows, [service]);
      return { transit, local, gone };
    };
    assert.equal(await shown(), { transit: 0, local: 0, gone: 0 });
    const socket = connect({ host, port: nodePort, localAddress: client });
    socket.on('error', () => {});
    socket.write('hello');
    await once(socket, 'data');
    assert.equal(await shown(), { transit: 1, local: 0, gone: 0 });
    socket.destroy();
    let left = 1;
    while (left > 0) left = (await shown()).transit;
  }));

test.run();
