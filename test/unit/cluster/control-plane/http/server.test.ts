import { once } from 'node:events';
import { get, request } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eachLine } from '../../../../../src/base/lines.ts';
import { deleteObject } from '../../../../../src/cluster/control-plane/api/deletion.ts';
import { createObject, updateObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { until } from '../client.ts';
import { namespace, podSpec } from '../cluster.ts';
import { servingCluster } from './serving.ts';

const test = suite('HTTP API');

const errors: unknown[] = [];
const { cluster, port, stop } = await servingCluster((error) => errors.push(error));
const { context } = cluster;

test.after(stop);

async function call(method: string, path: string, body?: string, type = 'application/json') {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
  });
  const text = await response.text();
  return { code: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

/** Opens a watch; `seen` fills as lines come. */
function watch(path: string) {
  const seen: {
    type: string;
    object: { metadata: Record<string, unknown>; code?: number; reason?: string };
  }[] = [];
  const state = { ended: false };
  const req = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
    eachLine(response, (line) => seen.push(JSON.parse(line)));
    response.on('end', () => {
      state.ended = true;
    });
    response.on('error', () => {});
  });
  req.on('error', () => {});
  const opened = once(req, 'response');
  return { seen, state, opened, types: () => seen.map(({ type }) => type), stop: () => req.destroy() };
}
const put = (name: string, data: Record<string, string>) =>
  context.store.get('configmaps', namespace, name)
    ? updateObject(context, 'configmaps', namespace, name, (current) => ({ ...current, data }))
    : createObject(context, 'configmaps', namespace, { metadata: { name }, data });
const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;

test('what is served is found by discovery', async () => {
  assert.equal((await call('GET', '/api')).body.versions, ['v1']);
  const groups = (await call('GET', '/apis')).body.groups.map(({ name }: { name: string }) => name);
  assert.equal(groups.sort(), ['apps', 'coordination.k8s.io', 'discovery.k8s.io', 'policy']);
  const v1 = (await call('GET', '/api/v1')).body.resources.map(({ name }: { name: string }) => name);
  for (const name of ['pods', 'pods/eviction', 'nodes/status', 'services'])
    assert.ok(v1.includes(name), name);
  assert.is((await call('GET', '/apis/apps/v1')).body.groupVersion, 'apps/v1');
  assert.is((await call('GET', '/apis/apps')).body.preferredVersion.version, 'v1');
  assert.is((await call('GET', '/version')).body.major, '1');
  for (const path of ['/healthz', '/readyz', '/livez'])
    assert.equal(await call('GET', path), { code: 200, body: 'ok' });
});

const refused: [string, string, string | undefined, string, number, string][] = [
  ['GET', '/', undefined, '', 404, 'NotFound'],
  ['GET', '/api/v1/unknowns', undefined, '', 404, 'NotFound'],
  ['GET', '/api/v2/pods', undefined, '', 404, 'NotFound'],
  ['GET', `${configMaps}/a/status`, undefined, '', 404, 'NotFound'],
  ['GET', `${configMaps}/%zz`, undefined, '', 404, 'NotFound'],
  ['GET', `${configMaps}/absent`, undefined, '', 404, 'NotFound'],
  ['DELETE', `${configMaps}/absent`, undefined, '', 404, 'NotFound'],
  ['POST', '/api/v1/pods', '{}', 'application/json', 405, 'MethodNotAllowed'],
  ['PUT', configMaps, '{}', 'application/json', 405, 'MethodNotAllowed'],
  ['POST', configMaps, '{"metadata":', 'application/json', 400, 'BadRequest'],
  ['POST', configMaps, 'a: b', 'application/yaml', 415, 'UnsupportedMediaType'],
  ['PATCH', `${configMaps}/a`, '{}', 'application/json', 415, 'UnsupportedMediaType'],
  ['GET', `${configMaps}?labelSelector=a%20b`, undefined, '', 400, 'BadRequest'],
  ['GET', `${configMaps}?watch=true&resourceVersion=x`, undefined, '', 400, 'BadRequest'],
  ['DELETE', `${configMaps}/a?propagationPolicy=Sideways`, undefined, '', 400, 'BadRequest'],
];
for (const [method, path, body, type, code, reason] of refused) {
  test(`${method} ${path} is ${code}`, async () => {
    put('a', {});
    const answer = await call(method, path, body, type);
    assert.is(answer.code, code);
    assert.is(answer.body.kind, 'Status');
    assert.is(answer.body.reason, reason);
    assert.is(answer.body.code, code);
  });
}

test('a body that is too large is refused', async () => {
  const answer = await call('POST', configMaps, JSON.stringify({ data: { a: 'x'.repeat(4 * 1024 * 1024) } }));
  assert.is(answer.code, 413);
});

test('an apply patch in YAML creates, then merges', async () => {
  const type = 'application/apply-patch+yaml';
  const created = await call('PATCH', `${configMaps}/applied?fieldManager=t`, 'data:\n  a: "1"\n', type);
  assert.is(created.code, 201);
  const merged = await call('PATCH', `${configMaps}/applied?fieldManager=t`, 'data:\n  b: "2"\n', type);
  assert.equal(merged.body.data, { a: '1', b: '2' });
});

test('lists filter by labels and fields, across namespaces; deletecollection takes the same', async () => {
  for (const [name, color] of [
    ['r1', 'red'],
    ['r2', 'red'],
    ['g1', 'green'],
  ]) {
    createObject(context, 'configmaps', namespace, { metadata: { name, labels: { color } } });
  }
  const names = async (query: string) =>
    (await call('GET', `/api/v1/configmaps?${query}`)).body.items.map(
      (item: { metadata: { name: string } }) => item.metadata.name,
    );
  assert.equal(await names('labelSelector=color%20in%20(red,blue)'), ['r1', 'r2']);
  assert.equal(await names('labelSelector=color&fieldSelector=metadata.name!=r1'), ['g1', 'r2']);
  assert.equal(await names('fieldSelector=metadata.namespace%3Dkube-system'), []);
  await call('DELETE', `${configMaps}?labelSelector=color%3Dred`);
  assert.equal(await names('labelSelector=color'), ['g1']);
});

test('a watch without a version begins with what is there; with one, after it', async () => {
  put('w', { n: '1' });
  const { body } = await call('GET', configMaps);
  put('w', { n: '2' });
  const resumed = watch(
    `${configMaps}?watch=true&resourceVersion=${body.metadata.resourceVersion}&fieldSelector=metadata.name%3Dw`,
  );
  const fresh = watch(`${configMaps}?watch=1&fieldSelector=metadata.name%3Dw`);
  await Promise.all([resumed.opened, fresh.opened]);
  put('w', { n: '3' });
  deleteObject(context, 'configmaps', put('w', { n: '3' }));
  await until('both saw the deletion', () =>
    [resumed, fresh].every((one) => one.types().includes('DELETED')) ? true : undefined,
  );
  assert.equal(resumed.types(), ['MODIFIED', 'MODIFIED', 'DELETED']);
  assert.equal(fresh.types(), ['ADDED', 'MODIFIED', 'DELETED']);
  resumed.stop();
  fresh.stop();
});

test('a version that is forgotten, or from another life, is 410 Expired and the watch ends', async () => {
  const before = context.store.version();
  for (let index = 0; index < 2100; index++) put('busy', { index: String(index) });
  for (const version of [before, context.store.version() + 1000]) {
    const late = watch(`${configMaps}?watch=true&resourceVersion=${version}`);
    await until('the watch ended', () => (late.state.ended ? true : undefined));
    assert.equal(late.types(), ['ERROR']);
    assert.is(late.seen[0]?.object.code, 410);
    assert.is(late.seen[0]?.object.reason, 'Expired');
  }
  const pods = watch(`/api/v1/pods?watch=true&resourceVersion=${before}`);
  await pods.opened;
  createObject(context, 'pods', namespace, {
    metadata: { name: 'late' },
    spec: { ...podSpec, nodeSelector: { a: 'b' } },
  });
  await until('pods are not affected', () => (pods.types().includes('ADDED') ? true : undefined));
  pods.stop();
});

test('bookmarks, initial events and timeoutSeconds', async () => {
  const query =
    'watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=90';
  const streaming = watch(`/api/v1/namespaces?${query}`);
  await until('the initial events ended', () => (streaming.types().includes('BOOKMARK') ? true : undefined));
  assert.equal(new Set(streaming.types().slice(0, -1)), new Set(['ADDED']));
  assert.equal(streaming.seen.at(-1)?.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
  await cluster.clock.advance(60_000);
  await until('a bookmark a minute', () =>
    streaming.types().filter((type) => type === 'BOOKMARK').length === 2 ? true : undefined,
  );
  assert.is(streaming.state.ended, false);
  await cluster.clock.advance(31_000);
  await until('its time is up', () => (streaming.state.ended ? true : undefined));
});

test('a watch by selectors adds and deletes as pods cross', async () => {
  const bound = watch('/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dnode-x');
  await bound.opened;
  createObject(context, 'pods', namespace, {
    metadata: { name: 'cross' },
    spec: { ...podSpec, nodeSelector: { x: 'y' } },
  });
  cluster.addNode('node-x', { labels: { x: 'y' } });
  await cluster.settle();
  await until('the bound pod was added', () => (bound.types().includes('ADDED') ? true : undefined));
  assert.equal(bound.types(), ['ADDED']);
  bound.stop();
});

test('a client that goes leaves no watch behind', async () => {
  const watcher = watch(`${configMaps}?watch=true`);
  await watcher.opened;
  watcher.stop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  put('after', {});
  assert.equal(errors, []);
});

test('deleting a pod answers with the pod, other things with a Status', async () => {
  const pod = await call('DELETE', `/api/v1/namespaces/${namespace}/pods/cross`, '{"gracePeriodSeconds":7}');
  assert.is(pod.body.kind, 'Pod');
  assert.is(pod.body.metadata.deletionGracePeriodSeconds, 7);
  put('plain', {});
  const plain = await call('DELETE', `${configMaps}/plain`);
  assert.is(plain.body.status, 'Success');
});

test('a request cut in the middle of its body does no harm', async () => {
  const cut = request({
    host: '127.0.0.1',
    port,
    path: configMaps,
    method: 'POST',
    headers: { 'content-length': 100 },
  });
  cut.on('error', () => {});
  cut.write('{');
  await new Promise((resolve) => setTimeout(resolve, 30));
  cut.destroy();
  assert.is((await call('GET', configMaps)).code, 200);
  assert.equal(errors, []);
});

test('a client that asks for a Table gets one for pods, and plain objects of other kinds', async () => {
  const ask = async (path: string) => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept } });
    return JSON.parse(await response.text());
  };
  createObject(context, 'pods', namespace, { metadata: { name: 'in-a-table' }, spec: podSpec });
  const pods = await ask(`/api/v1/namespaces/${namespace}/pods`);
  assert.is(pods.kind, 'Table');
  assert.ok(pods.rows.some(({ cells }: { cells: string[] }) => cells[0] === 'in-a-table'));
  assert.is((await ask(`/api/v1/namespaces/${namespace}/pods/in-a-table`)).rows.length, 1);
  assert.is((await ask(configMaps)).kind, 'ConfigMapList');
  assert.is((await ask(`/api/v1/namespaces/${namespace}/pods/absent`)).kind, 'Status');
});

test.run();
