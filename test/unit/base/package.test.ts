import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import '../../support/bundles.ts';
import { dependencyVersion, packageRoot, packageVersion } from '../../../src/base/package.ts';

test('root, version, and versions of what is bundled', () => {
  assert.ok(existsSync(join(packageRoot(), 'package.json')));
  assert.match(packageVersion(), /^\d+\.\d+\.\d+/);
  assert.match(dependencyVersion('autocannon'), /^\d+\.\d+\.\d+$/);
  assert.is(dependencyVersion('left-pad'), '');
});

test.run();
