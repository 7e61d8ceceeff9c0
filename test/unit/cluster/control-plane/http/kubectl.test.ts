import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { switchoverNames } from '../../../../../src/catalogue/switchovers.ts';
import { createObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { embeddedKubeconfig } from '../../../../../src/cluster/control-plane/kubeconfig.ts';
import { missingAccess } from '../../../../../src/kube/access.ts';
import { kubeConfigFromText } from '../../../../../src/kube/config.ts';
import { flipAccess } from '../../../../../src/policies/access.ts';
import { namespace } from '../cluster.ts';
import { servingCluster } from './serving.ts';

/* Requests of kubectl that no controller of ours makes. */
const test = suite('requests of kubectl');

const { cluster, port, stop } = await servingCluster((error) => {
  throw error;
});
const { context } = cluster;

test.after(stop);

async function call(method: string, path: string, body?: unknown, type = 'application/json') {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': type } }),
  });
  return { code: response.status, warning: response.headers.get('warning'), body: await response.json() };
}

const services = `/api/v1/namespaces/${namespace}/services`;
const patch = (value: unknown, query = '') =>
  call('PATCH', `${services}/web${query}`, value, 'application/strategic-merge-patch+json');

test('kubectl patch with a misspelt field: a warning, and nothing of it is kept', async () => {
  const metadata = { name: 'web' };
  createObject(context, 'services', namespace, { metadata, spec: { ports: [{ port: 80 }] } });
  const misspelt = { spec: { externalTraficPolicy: 'Local' } };
  const warned = await patch(misspelt);
  assert.is(warned.code, 200);
  assert.is(warned.warning, '299 - "unknown field \\"spec.externalTraficPolicy\\""');
  assert.is('externalTraficPolicy' in warned.body.spec, false);
  const ignored = await patch(misspelt, '?fieldValidation=Ignore');
  assert.is(ignored.warning, null);
  assert.is('externalTraficPolicy' in ignored.body.spec, false);
  assert.is((await patch(misspelt, '?fieldValidation=Strict')).code, 400);
  assert.is((await patch({ metadata: { labels: { a: 'b' } } })).warning, null);
});

test('a created object with a misspelt field is refused or warned about likewise', async () => {
  const made = await call('POST', services, {
    metadata: { name: 'other' },
    spec: { ports: [{ port: 80 }], tipe: 'NodePort' },
  });
  assert.is(made.code, 201);
  assert.is(made.warning, '299 - "unknown field \\"spec.tipe\\""');
  assert.is('tipe' in made.body.spec, false);
});

test('auth can-i: everything is allowed, with the reason', async () => {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  // kubectl sends protobuf: bytes that are no JSON.
  const { code, body } = await call('POST', path, 'k8s', 'application/vnd.kubernetes.protobuf');
  assert.is(code, 201);
  assert.is(body.kind, 'SelfSubjectAccessReview');
  assert.is(body.status.allowed, true);
  assert.match(body.status.reason, 'has no authorization');
});

test('what midflight flip asks of RBAC is answered: nothing is missing', async () => {
  const kubeConfig = kubeConfigFromText(embeddedKubeconfig('127.0.0.1', port));
  const asked = switchoverNames.flatMap((name) => flipAccess(name, namespace));
  assert.equal(await missingAccess(kubeConfig, asked), []);
});

test('rollout history and undo ask for revisions: refused with the reason', async () => {
  for (const path of [
    `/apis/apps/v1/namespaces/${namespace}/replicasets`,
    '/apis/apps/v1/controllerrevisions',
  ]) {
    const { code, body } = await call('GET', path);
    assert.is(code, 501, path);
    assert.match(body.message, 'keeps no revisions');
  }
});

test.run();
