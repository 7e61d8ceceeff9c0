import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { allResources } from '../../../../../src/cluster/control-plane/api/resources.ts';
import { openapi } from '../../../../../src/cluster/control-plane/http/openapi.ts';

/* What kubectl create and edit ask before they write: can the server validate this kind? */
const test = suite('openapi');

const index = z.object({ paths: z.record(z.string(), z.object({ serverRelativeURL: z.string() })) });
const gvk = z.object({ group: z.string(), version: z.string(), kind: z.string() });
const document = z.object({
  paths: z.record(
    z.string(),
    z.object({
      patch: z
        .object({
          parameters: z.array(z.object({ name: z.string(), in: z.string() })),
          'x-kubernetes-group-version-kind': gvk,
        })
        .optional(),
      get: z.object({ 'x-kubernetes-group-version-kind': gvk }).optional(),
    }),
  ),
  components: z.object({
    schemas: z.record(
      z.string(),
      z.object({
        'x-kubernetes-group-version-kind': z.array(gvk),
        properties: z.record(z.string(), z.looseObject({ type: z.string() })),
      }),
    ),
  }),
});

test('every kind that is served has a PATCH that takes fieldValidation', () => {
  const found = Object.values(index.parse(openapi('/openapi/v3')).paths)
    .flatMap(({ serverRelativeURL }) => Object.entries(document.parse(openapi(serverRelativeURL)).paths))
    .flatMap(([path, { patch }]) => (patch === undefined ? [] : [[path, { patch }] as const]));
  const kinds = found
    .filter(([, { patch }]) => patch.parameters.some((one) => one.name === 'fieldValidation'))
    .map(([, { patch }]) => patch['x-kubernetes-group-version-kind'].kind);
  assert.equal(kinds.sort(), allResources.map(({ kind }) => kind).sort());
  assert.ok(found.some(([path]) => path === '/api/v1/namespaces/{namespace}/services/{name}'));
  assert.ok(found.some(([path]) => path === '/api/v1/nodes/{name}'));
});

test('every kind has the path by which kubectl explain finds it, and its fields', () => {
  for (const { group, version, kind, resource, namespaced } of allResources) {
    const root = `${group === '' ? '/api' : `/apis/${group}`}/${version}`;
    const { paths, components } = document.parse(openapi(`/openapi/v3${root}`));
    const list = paths[`${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}`]?.get;
    assert.equal(list?.['x-kubernetes-group-version-kind'], { group, version, kind }, resource);
    const schema = components.schemas[kind];
    assert.equal(schema?.['x-kubernetes-group-version-kind'], [{ group, version, kind }], resource);
    assert.is(schema?.properties.metadata?.type, 'object', resource);
  }
  const { schemas } = document.parse(openapi('/openapi/v3/api/v1')).components;
  assert.equal(
    z.looseObject({ properties: z.looseObject({}) }).parse(schemas.Service?.properties.spec).properties
      .externalTrafficPolicy,
    {
      type: 'unknown',
    },
  );
});

test('other paths are none of it', () => {
  assert.is(openapi('/openapi/v2'), undefined);
  assert.is(openapi('/openapi/v3/apis/none/v1'), undefined);
});

test.run();
