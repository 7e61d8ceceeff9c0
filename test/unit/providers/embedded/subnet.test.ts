import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { takeLayout } from '../../../../src/providers/embedded/subnet.ts';

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

test('ports where another listens are left alone', async () => {
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

test.run();
