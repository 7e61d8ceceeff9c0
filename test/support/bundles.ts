import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';

/*
 * Imported for its effect by every test that starts one of our bundles: builds them from the sources as they are now.
 * `npm test` has done so once for all and sets MIDFLIGHT_BUILT; a file that is run by hand builds for itself.
 */
if (process.env.MIDFLIGHT_BUILT !== '1') {
  execFileSync(process.execPath, [join(packageRoot(), 'scripts', 'build.mjs')], { stdio: 'inherit' });
}
