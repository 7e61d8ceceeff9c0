import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { allResources } from '../../../../../src/cluster/control-plane/api/resources.ts';
import { openapi } from '../../../../../src/cluster/control-plane/http/openapi.ts';

/* What kubectl create and edit ask before they write: can the server validate this kind? */
const test = suite('openapi');

const index = z.object({ paths: z.record(z.string(), z.object({ serverRelativeURL: z.string() })) });
const document = z.object({
  paths: z.record(
    z.string(),
    z.object({
      patch: z.object({
        parameters: z.array(z.object({ name: z.string(), in: z.string() })),
        'x-kubernetes-group-version-kind': z.object({
          group: z.string(),
          version: z.string(),
          kind: z.string(),
        }),
      }),
    }),
  ),
});

test('every kind that is served has a PATCH that takes fieldValidation', () => {
  const found = Object.values(index.parse(openapi('/openapi/v3')).paths).flatMap(({ serverRelativeURL }) =>
    Object.entries(document.parse(openapi(serverRelativeURL)).paths),
  );
  const kinds = found
    .filter(([, { patch }]) => patch.parameters.some((one) => one.name === 'fieldValidation'))
    .map(([, { patch }]) => patch['x-kubernetes-group-version-kind'].kind);
  assert.equal(kinds.sort(), allResources.map(({ kind }) => kind).sort());
  assert.ok(found.some(([path]) => path === '/api/v1/namespaces/{namespace}/services/{name}'));
  assert.ok(found.some(([path]) => path === '/api/v1/nodes/{name}'));
});

test('other paths are none of it', () => {
  assert.is(openapi('/openapi/v2'), undefined);
  assert.is(openapi('/openapi/v3/apis/none/v1'), undefined);
});

test.run();
