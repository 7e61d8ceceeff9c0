import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gate } from '../../../../src/cluster/node/gate.ts';
import { nodeApiBy } from '../../../support/node-api.ts';

test('writes and work of a paused kubelet wait, and are done in order once it goes on', async () => {
  const done: string[] = [];
  const call = (verb: string) => async (path: string) => void done.push(`${verb} ${path}`);
  const api = nodeApiBy(call);
  const kubelet = gate(api);
  await kubelet.api.patch('before', {});
  assert.equal([kubelet.closed, done], [false, ['patch before']]);
  kubelet.close();
  const writes = Promise.all([kubelet.api.patchIfThere('status', {}), kubelet.api.remove('pod', 0)]);
  kubelet.through(() => done.push('takes a pod'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal([kubelet.closed, done.length], [true, 1]);
  kubelet.open();
  await writes;
  assert.equal(done.slice(1).toSorted(), ['patch status', 'remove pod', 'takes a pod']);
  assert.ok(done.indexOf('patch status') < done.indexOf('remove pod'));
  await kubelet.api.create('after', {});
  assert.equal([kubelet.closed, done.at(-1)], [false, 'create after']);
});

test.run();
