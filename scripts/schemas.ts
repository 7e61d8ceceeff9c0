// Writes what follows from the schemas: schemas/*.schema.json, by which editors complete scenarios and other programs
// read our files, the tables of docs/scenario.md, and docs/cli.md and docs/formats.md. `npm run schemas`; a test fails while they are stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package.ts';
import { cliReference } from './cli-reference.ts';
import { formatReference } from './format-reference.ts';
import { jsonSchemas } from './json-schemas.ts';
import { withReference } from './scenario-reference.ts';

for (const [name, text] of jsonSchemas()) writeFileSync(join(packageRoot(), 'schemas', name), text);
const document = join(packageRoot(), 'docs', 'scenario.md');
writeFileSync(document, withReference(readFileSync(document, 'utf8')));
writeFileSync(join(packageRoot(), 'docs', 'cli.md'), cliReference());
writeFileSync(join(packageRoot(), 'docs', 'formats.md'), formatReference());
