import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { type BalancerOptions, createBalancer } from '../../../src/edge/balancer.ts';
import type { RelayOptions } from '../../../src/edge/relay.ts';
import type { Target } from '../../../src/edge/targets.ts';
import { presets } from '../../../src/presets/index.ts';
import { within } from '../../support/within.ts';

/** A balancer whose connections are taken by the test in place of a relay. */
async function withBalancer(
  targets: readonly Target[],
  work: (dial: () => Promise<RelayOptions>, events: readonly string[]) => Promise<void>,
  more: Partial<BalancerOptions> = {},
): Promise<void> {
  const taken: RelayOptions[] = [];
  const events: string[] = [];
  let wake = () => {};
  const balancer = createBalancer({
    preset: presets.azure,
    timeScale: 1,
    seed: 1,
    lanes: [],
    bindClientAddress: false,
    firstConn: 0,
    listen: { host: '127.0.0.1', port: 0 },
    now: monotonic.now,
    isHealthy: () => true,
    carry(options) {
      taken.push(options);
      wake();
      const end = {
        upstreamLocal: null,
        connect: 'abandoned',
        connectNs: 0,
        connectedAt: null,
        bytesUp: 0,
        bytesDown: 0,
        lastDownAt: null,
        clientEnd: 'edge-closed',
        upstreamEnd: 'open',
      } as const;
      const over = () => {
        options.client.destroy();
        options.onClosed(end);
      };
      return { reset: over, mute: () => {}, shutDown: () => setTimeout(over, 20), expire() {} };
    },
    emit: (event) => events.push(event.type),
    ...more,
  });
  const service = {
    policy: 'Cluster',
    nodePort: 30_080,
    healthCheckNodePort: null,
    annotations: {},
  } as const;
  balancer.apply({ service, targets });
  const { host, port } = await balancer.listen();
  try {
    await work(async () => {
      const next = taken.length;
      const client = connect({ host, port });
      client.on('error', () => {});
      await once(client, 'connect');
      while (taken[next] === undefined)
        await within(
          'the connection',
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
        );
      return taken[next];
    }, events);
  } finally {
    await balancer.stop();
  }
}

const node: Target = { name: 'n', address: '10.0.0.1', portOffset: 0, hello: false };

test("a node is dialled at the node port, moved by the node's offset", async () => {
  for (const portOffset of [0, 300]) {
    await withBalancer([{ ...node, portOffset }], async (dial) => {
      const { upstream } = await dial();
      assert.equal([upstream.host, upstream.port], ['10.0.0.1', 30_080 + portOffset]);
    });
  }
});

test('a hello is sent only to a node that understands it', async () => {
  await withBalancer([node], async (dial) => assert.is((await dial()).upstream.hello, null));
  await withBalancer([{ ...node, hello: true }], async (dial) =>
    assert.type((await dial()).upstream.hello, 'number'),
  );
});

test('its end waits until the last connection is logged, if there is only one', async () => {
  let log: readonly string[] = [];
  await withBalancer([node], async (dial, events) => {
    await dial();
    log = events;
  });
  assert.equal(log, ['edge-open', 'edge-close']);
});

test('nobody is sent to a node that is not healthy while another is', async () => {
  const targets = ['a', 'b', 'c'].map((name, index) => ({ ...node, name, address: `10.0.0.${index}` }));
  await withBalancer(
    targets,
    async (dial) => {
      const hosts = new Set<string>();
      for (let times = 0; times < 30; times += 1) hosts.add((await dial()).upstream.host);
      assert.equal([...hosts].sort(), ['10.0.0.0', '10.0.0.2']);
    },
    { isHealthy: (name) => name !== 'b' },
  );
});

test.run();
