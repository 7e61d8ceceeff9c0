// Writes test/histories/*.ndjson: `node --import tsx scripts/golden.ts`, when the history's schema has changed. The
// figures to be found in them are reckoned by hand (test/histories/README.md): no program writes those.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package.ts';
import { goldenHistories } from '../test/support/golden.ts';
import { sealedText } from '../test/support/sealed.ts';

for (const [name, make] of goldenHistories) {
  writeFileSync(join(packageRoot(), 'test', 'histories', `${name}.ndjson`), sealedText(make().events()));
}
