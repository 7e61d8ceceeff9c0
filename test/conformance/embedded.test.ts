import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import { makePlan } from '../../src/plan/make.ts';
import { embeddedProvider } from '../../src/providers/embedded/index.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { conformance } from './suite.ts';
import '../support/bundles.ts';

const loaded = loadScenario(join(packageRoot(), 'test', 'conformance', 'conformance.yaml'));
conformance('embedded', makePlan(loaded, { cluster: 'embedded' }), embeddedProvider);
