import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { kubeConfigFromText } from '../../../src/kube/config.ts';
import { patchObject, publishAddress } from '../../../src/kube/patch.ts';
import { ApiError, callApi } from '../../../src/kube/request.ts';
import { watchResource } from '../../../src/kube/watch.ts';
import { type FakeKubeApi, fakeKubeApi } from '../../support/fake-kube-api.ts';

const pods = '/api/v1/pods';
const pod = (name: string, more: object = {}) => ({ metadata: { name, namespace: 'web' }, ...more });

interface Followed {
  readonly told: string[];
  readonly errors: unknown[];
  readonly ready: Promise<void>;
  /** Resolves when so much has been told; rejects after 10 s. */
  until(count: number): Promise<void>;
  stop(): void;
}

function follow(api: FakeKubeApi): Followed {
  const told: string[] = [];
  const errors: unknown[] = [];
  const watch = watchResource({
    kubeConfig: kubeConfigFromText(api.kubeconfig),
    path: pods,
    onEvent: (change, object) => told.push(`${change} ${object.metadata.name}`),
    onError: (error) => errors.push(error),
  });
  return {
    told,
    errors,
    ready: watch.ready,
    stop: watch.stop,
    async until(count) {
      for (let tries = 0; tries < 500 && told.length < count; tries += 1) await sleep(20);
      if (told.length < count) throw new Error(`told only ${told.join(', ')}`);
    },
  };
}

const withApi = (work: (api: FakeKubeApi, start: () => Followed) => Promise<void>) => async () => {
  const api = await fakeKubeApi();
  const started: Followed[] = [];
  try {
    await work(api, () => {
      const one = follow(api);
      started.push(one);
      return one;
    });
  } finally {
    for (const one of started) one.stop();
    await api.stop();
  }
};

const test = suite('following a collection');

test(
  'tells what is there, then each change, once',
  withApi(async (api, start) => {
    api.put(pods, pod('a'));
    const seen = start();
    await seen.ready;
    assert.equal(seen.told, ['added a']);
    api.put(pods, pod('b'));
    api.put(pods, pod('a', { spec: 1 }));
    api.remove(pods, 'b');
    await seen.until(4);
    assert.equal(seen.told, ['added a', 'added b', 'modified a', 'deleted b']);
    assert.equal(seen.errors, []);
  }),
);

test(
  'a watch that the server ends is resumed where it was, without a second list',
  withApi(async (api, start) => {
    const seen = start();
    await seen.ready;
    api.put(pods, pod('a'));
    await seen.until(1);
    api.breakWatches('end');
    api.put(pods, pod('b'));
    await seen.until(2);
    assert.equal(seen.told, ['added a', 'added b']);
    assert.equal(seen.errors, []);
    assert.is(api.counts.lists, 1);
  }),
);

test(
  'after a cut everything missed is told, deletions too',
  withApi(async (api, start) => {
    api.put(pods, pod('a'));
    api.put(pods, pod('b'));
    const seen = start();
    await seen.ready;
    api.away(true);
    api.breakWatches('cut');
    api.remove(pods, 'a');
    api.put(pods, pod('b', { spec: 2 }));
    api.put(pods, pod('c'));
    await sleep(300);
    api.away(false);
    await seen.until(5);
    assert.equal(seen.told.slice(2).sort(), ['added c', 'deleted a', 'modified b']);
    assert.ok(seen.errors.length > 0);
  }),
);

test(
  'a place too old for the server (410) is answered by a new list',
  withApi(async (api, start) => {
    const seen = start();
    await seen.ready;
    api.put(pods, pod('a'));
    await seen.until(1);
    api.forget();
    api.breakWatches('end');
    api.put(pods, pod('b'));
    await seen.until(2);
    assert.equal(seen.told, ['added a', 'added b']);
    assert.is((seen.errors[0] instanceof ApiError && seen.errors[0].status) || 0, 410);
    assert.is(api.counts.lists, 2);
  }),
);

test(
  'an API that is away at first is waited for; stopped, it is asked no more',
  withApi(async (api, start) => {
    api.away(true);
    api.put(pods, pod('a'));
    const seen = start();
    await sleep(250);
    assert.equal(seen.told, []);
    api.away(false);
    await seen.ready;
    assert.equal(seen.told, ['added a']);
    seen.stop();
    api.put(pods, pod('b'));
    await sleep(100);
    assert.equal(seen.told, ['added a']);
  }),
);

test(
  'patches change what they name and leave the rest',
  withApi(async (api) => {
    const kubeConfig = kubeConfigFromText(api.kubeconfig);
    const services = '/api/v1/namespaces/web/services';
    api.put(services, {
      ...pod('ingress'),
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Cluster' },
    });
    api.put('/api/v1/nodes', { metadata: { name: 'n1', labels: { pool: 'stable' } }, spec: {} });
    const ref = { namespace: 'web', name: 'ingress' };
    await patchObject(kubeConfig, `${services}/ingress`, { spec: { externalTrafficPolicy: 'Local' } });
    await publishAddress(kubeConfig, ref, '10.0.0.9');
    const service = api.get(services, 'ingress');
    assert.equal(service?.spec, { type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    assert.equal(service?.status, { loadBalancer: { ingress: [{ ip: '10.0.0.9' }] } });
    const patchNode = (content: object) => patchObject(kubeConfig, '/api/v1/nodes/n1', content);
    await patchNode({ metadata: { labels: { 'x/y': 'true' } }, spec: { unschedulable: true } });
    const node = () => api.get('/api/v1/nodes', 'n1');
    assert.equal(
      [node()?.metadata.labels, node()?.spec],
      [{ pool: 'stable', 'x/y': 'true' }, { unschedulable: true }],
    );
    await patchNode({ metadata: { labels: { 'x/y': null } }, spec: { unschedulable: null } });
    assert.equal([node()?.metadata.labels, node()?.spec], [{ pool: 'stable' }, {}]);
  }),
);

test(
  'what fails says what was asked, and with which status',
  withApi(async (api) => {
    const kubeConfig = kubeConfigFromText(api.kubeconfig);
    const failed = await patchObject(kubeConfig, '/api/v1/namespaces/web/services/none', {}).catch((e) => e);
    assert.instance(failed, ApiError);
    if (!(failed instanceof ApiError)) return;
    assert.equal([failed.status, failed.code], [404, 'api-failed']);
    assert.match(failed.message, 'PATCH /api/v1/namespaces/web/services/none');
    await api.stop();
    const gone = await callApi({ kubeConfig, path: pods }).catch((error: unknown) => error);
    assert.instance(gone, ApiError);
    assert.is(gone instanceof ApiError && gone.status, 0);
  }),
);

test('a kubeconfig that names no cluster is refused', () => {
  assert.throws(
    () => kubeConfigFromText('{}'),
    (error: unknown) => error instanceof MidflightError,
  );
  assert.throws(
    () => kubeConfigFromText('a: [b'),
    (error: unknown) => error instanceof MidflightError,
  );
});

test.run();
