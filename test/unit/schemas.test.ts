import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { jsonSchemas } from '../../scripts/json-schemas.ts';
import { packageRoot } from '../../src/base/package.ts';

const folder = join(packageRoot(), 'schemas');

test('the committed schemas are those of the code', () => {
  for (const [name, text] of jsonSchemas()) {
    const committed = readFileSync(join(folder, name), 'utf8');
    assert.ok(committed === text, `schemas/${name} is stale: npm run schemas`);
  }
});

test('no schema is left over', () => {
  assert.equal(readdirSync(folder).sort(), [...jsonSchemas().keys()].sort());
});

// Zod's own reader of JSON Schema is another way back from what editors are given.
test('the scenario schema is one that others can read, and says what each key is for', () => {
  const text = jsonSchemas().get('scenario.schema.json') ?? '{}';
  const schema = z.fromJSONSchema(JSON.parse(text));
  const least = {
    name: 'x',
    nodes: [{ name: 'a', count: 1 }],
    load: [{ kind: 'probe', rate: 1 }],
    policies: ['Local'],
  };
  assert.ok(schema.safeParse(least).success);
  assert.not.ok(schema.safeParse({ ...least, policies: ['local'] }).success);
  assert.not.ok(schema.safeParse({ ...least, polices: ['Local'] }).success);
});

test.run();
