import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { cliReference } from '../../scripts/cli-reference.ts';
import { jsonSchemas } from '../../scripts/json-schemas.ts';
import { withReference } from '../../scripts/scenario-reference.ts';
import { exitCodes } from '../../src/base/errors.ts';
import { packageRoot } from '../../src/base/package.ts';
import { faultKinds } from '../../src/catalogue/faults.ts';
import { policyNames } from '../../src/catalogue/policies.ts';
import { commands, program } from '../../src/cli/program.ts';
import { metrics } from '../../src/scenario/expectation.ts';
import { parseScenario } from '../../src/scenario/load.ts';

const folder = join(packageRoot(), 'schemas');
const document = readFileSync(join(packageRoot(), 'docs', 'scenario.md'), 'utf8');

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
test('the scenario schema can be read by other tools, and describes each key', () => {
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

test('the tables of docs/scenario.md match the schema, which describes each key', () => {
  assert.ok(withReference(document) === document, 'docs/scenario.md is stale: npm run schemas');
  const silent = document.split('\n').filter((line) => /^\| `(?!kind)\w+` .*\|\s+\|$/.test(line));
  assert.equal(silent, []);
});

test('docs/cli.md has every command with each of its options, and the exit codes', async () => {
  const page = cliReference();
  for (const { name, usage } of commands) {
    assert.match(page, `## \`midflight ${usage}\``);
    const [, section = ''] = page.split(`## \`midflight ${usage}\``);
    const shown = section.split('\n## ')[0] ?? '';
    for (const option of await optionsInHelp(name))
      assert.match(shown, `\`--${option}\``, `${name} ${option}`);
  }
  for (const [name, code] of Object.entries(exitCodes)) assert.match(page, `${code} ${name}`);
});

/** What yargs itself lists, `--help` and `--version` apart: another way to the same definitions. */
async function optionsInHelp(command: string): Promise<string[]> {
  let text = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const log = console.log;
  console.log = (line) => {
    text += `${line}\n`;
  };
  try {
    await program([command, '--help'], { stdout, stderr: stdout, env: {} });
  } finally {
    console.log = log;
  }
  const list = text.split('\nOptions:\n')[1]?.split('\n\n')[0] ?? '';
  const found = [...list.matchAll(/^\s+(?:-\w, )?--([\w-]+)/gm)].map(([, name = '']) => name);
  assert.ok(found.length >= 2, text);
  return found.filter((name) => name !== 'help' && name !== 'version');
}

test('the example of docs/scenario.md is a scenario', () => {
  const [, example = ''] = /```yaml example\n([\s\S]*?)```/.exec(document) ?? [];
  assert.is(parseScenario(example, 'docs/scenario.md').scenario.name, 'two-zones');
});

test('docs/scenario.md knows every policy, fault and metric', () => {
  for (const word of [...policyNames, ...faultKinds]) assert.ok(document.includes(`\`${word}\``), word);
  for (const metric of metrics.keys()) {
    const word = metric.replace(/^(outcome|cdn|flip)\./, '');
    assert.ok(document.includes(`\`${word}\``), metric);
  }
});

test.run();
