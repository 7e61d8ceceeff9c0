import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import { makePlan } from '../../src/plan/make.ts';
import { doctor } from '../../src/providers/kind/doctor.ts';
import { kindProvider } from '../../src/providers/kind/index.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { skipped } from '../support/skip.ts';
import { conformance } from './suite.ts';

const node = process.env.MIDFLIGHT_KIND_IMAGE;
const images = node === undefined ? {} : { node };
const missing = (await doctor({ cluster: 'kind', images })).filter(({ ok }) => !ok);
const [first] = missing;
if (first !== undefined) {
  const requirement = first.name.startsWith('image') ? 'kind-images' : 'docker';
  skipped(requirement, 'conformance on kind', `${first.name}: ${first.detail}`);
} else {
  execFileSync(process.execPath, [join(packageRoot(), 'scripts', 'build.mjs'), 'app'], { stdio: 'inherit' });
  const loaded = loadScenario(join(packageRoot(), 'test', 'conformance', 'conformance.yaml'));
  conformance('kind', makePlan(loaded, { cluster: 'kind', images }), kindProvider);
}
