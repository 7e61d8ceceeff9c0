import { CoordinationV1Api } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MidflightError } from '../../../src/base/errors.ts';
import { holdLease } from '../../../src/kube/lease.ts';
import { clientOf, launchControlPlane } from '../cluster/control-plane/client.ts';

const test = suite('a lease on a cluster');
const handle = await launchControlPlane();
const api = clientOf(handle).makeApiClient(CoordinationV1Api);
test.after(() => handle.stop());

const options = (name: string, holder: string) => ({ api, namespace: 'default', name, holder });
const refusal = async (work: Promise<unknown>): Promise<MidflightError> => {
  try {
    await work;
  } catch (error) {
    return error as MidflightError;
  }
  throw new Error('was not refused');
};

test('the second is refused with who holds it, and gets it after the release', async () => {
  const first = await holdLease(options('one', 'run a'));
  const error = await refusal(holdLease(options('one', 'run b')));
  assert.match(error.hint ?? '', /ends by itself in \d+ s/);
  assert.is(error.code, 'cluster-failed');
  assert.match(error.message, /in use by run a/);
  await first.release();
  const second = await holdLease(options('one', 'run b'));
  await second.release();
});

test('it is renewed while it is held', async () => {
  const held = await holdLease({ ...options('two', 'run a'), durationSeconds: 0.3 });
  const renewals = new Set<string>();
  for (let look = 0; look < 12; look += 1) {
    const { spec } = await api.readNamespacedLease({ namespace: 'default', name: 'two' });
    renewals.add(String(spec?.renewTime));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(renewals.size >= 3, `${renewals.size} renewals`);
  await held.release();
});

test('one that was not renewed for its duration may be taken, and its holder hears of it', async () => {
  const long = new Date(Date.now() - 3_600_000);
  const first = await holdLease({ ...options('three', 'run a'), now: () => long, durationSeconds: 0.6 });
  const second = await holdLease(options('three', 'run b'));
  const why = await first.lost;
  assert.match(why.message, /was taken by somebody else/);
  await first.release();
  const { spec } = await api.readNamespacedLease({ namespace: 'default', name: 'three' });
  assert.is(spec?.holderIdentity, 'run b', 'a lost lease is not given back for its new holder');
  await second.release();
});

test('of many that ask at once one gets it', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => holdLease(options('four', `run ${index}`))),
  );
  const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  assert.is(held.length, 1);
  await held[0]?.release();
});

test.run();
