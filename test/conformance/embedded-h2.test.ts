import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import { makePlan } from '../../src/plan/make.ts';
import { eachAlone } from '../../src/plan/node-groups.ts';
import { embeddedProvider } from '../../src/providers/embedded/index.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { onCluster } from './suite.ts';
import { upstreamH2Tests } from './upstream-h2.ts';
import '../support/bundles.ts';

/* The suite's cluster once more, with an ingress that speaks HTTP/2 to the app: the suite on kind refuses it. */

const loaded = loadScenario(join(packageRoot(), 'test', 'conformance', 'conformance.yaml'));
const { scenario: written } = loaded;
const upstream = { ...written.ingress.upstream, protocol: 'h2c' as const, readIdleTimeout: '10s' };
const scenario = { ...written, ingress: { ...written.ingress, upstream } };
const plan = makePlan({ ...loaded, scenario }, { cluster: 'embedded' });
onCluster('embedded, HTTP/2 to the app', plan, () => embeddedProvider(eachAlone), upstreamH2Tests);
