import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { maxNodes } from '../../../../src/plan/embedded-limits.ts';
import { takeLayout } from '../../../../src/providers/embedded/subnet.ts';
import { unlockSubnet } from '../../../../src/providers/state-dir.ts';

const nodes = 5;

/** The layout of one shared address, as where there is no other. */
async function sharedLayout(random: () => number) {
  process.env.MIDFLIGHT_SHARED_LOOPBACK = '1';
  try {
    return await takeLayout(random, nodes);
  } finally {
    delete process.env.MIDFLIGHT_SHARED_LOOPBACK;
  }
}

test('on a shared address pods have ports below node ports and ephemeral ones', async () => {
  for (const random of [0, 0.5, 0.999]) {
    const { podPortBase, subnet } = await sharedLayout(() => random);
    assert.is(subnet, null);
    assert.ok(podPortBase >= 20_000 && podPortBase + nodes * 8 * 3 <= 30_000, `${podPortBase}`);
  }
});

test('ports that another process listens on are left alone', async () => {
  const { podPortBase } = await sharedLayout(() => 0.3);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen({ host: '127.0.0.1', port: podPortBase + 50 }, resolve));
  try {
    const { podPortBase: next } = await sharedLayout(() => 0.3);
    assert.is.not(next, podPortBase);
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
});

test('in a network of its own each node, bridge and pod has its own address, up to the most nodes there may be', async () => {
  for (const count of [1, 5, maxNodes]) {
    const layout = await takeLayout(Math.random, count);
    try {
      const { api, edge, clients, filler, checkFrom } = layout;
      const all = Array.from({ length: count }, (_, index) => layout.node(index)).flatMap(
        ({ address, bridge, pods }) => [address, bridge, ...pods],
      );
      all.push(api, edge.host, ...clients, filler ?? '', checkFrom ?? '');
      assert.is(new Set(all).size, all.length, `${count} nodes`);
    } finally {
      if (layout.subnet !== null) unlockSubnet(layout.subnet);
    }
  }
});

test.run();
