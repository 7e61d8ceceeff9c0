// Writes schemas/*.schema.json, which editors complete scenarios by and which other programs read our files by.
// `npm run schemas`; a test fails while they are stale.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package.ts';
import { jsonSchemas } from './json-schemas.ts';

for (const [name, text] of jsonSchemas()) writeFileSync(join(packageRoot(), 'schemas', name), text);
