import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  validateFields,
  withoutUnknown,
} from '../../../../../src/cluster/control-plane/api/field-validation.ts';
import { StatusError } from '../../../../../src/cluster/control-plane/api/status.ts';

/* fieldValidation=Strict: a misspelt field is refused in Kubernetes' own words. */
const test = suite('field validation');

function refusal(...args: Parameters<typeof validateFields>): string {
  try {
    validateFields(...args);
    return '';
  } catch (error) {
    assert.instance(error, StatusError);
    return error instanceof Error ? error.message : '';
  }
}

const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } };

test('a misspelt externalTrafficPolicy does not pass unseen', () => {
  assert.is(refusal('services', { ...service, spec: { externalTrafficPolicy: 'Local' } }), '');
  assert.match(
    refusal('services', { ...service, spec: { externalTraficPolicy: 'Local' } }),
    'strict decoding error: unknown field "spec.externalTraficPolicy"',
  );
});

test('unknown fields at the top are all named', () => {
  assert.match(
    refusal('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', dta: {}, spec: {} }),
    'unknown field "dta", unknown field "spec"',
  );
  assert.is(refusal('configmaps', { data: { a: 'b' } }), '');
});

test('directives of a strategic merge patch are no fields, and a JSON patch has none', () => {
  assert.is(refusal('services', { $retainKeys: [], spec: { '$setElementOrder/ports': [] } }), '');
  assert.is(refusal('services', [{ op: 'remove', path: '/spec/x' }]), '');
});

test('pod templates and nodes are known as well', () => {
  const deployment = (spec: object) => ({ spec: { replicas: 1, template: { spec } } });
  assert.is(refusal('deployments', deployment({ nodeSelector: {}, containers: [] })), '');
  assert.match(
    refusal('deployments', deployment({ nodeSelectr: {} })),
    'unknown field "spec.template.spec.nodeSelectr"',
  );
  assert.match(refusal('nodes', { spec: { unschedulabel: true } }), 'unknown field "spec.unschedulabel"');
});

test('without Strict they are dropped, and the rest stays', () => {
  const body = { ...service, spec: { externalTraficPolicy: 'Local', type: 'NodePort' } };
  assert.equal(withoutUnknown('services', body), { ...service, spec: { type: 'NodePort' } });
  assert.is(body.spec.externalTraficPolicy, 'Local', 'the body itself is left alone');
});

test.run();
