import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import { makePlan } from '../../src/plan/make.ts';
import { eachAlone, type Grouping } from '../../src/plan/node-groups.ts';
import { embeddedProvider } from '../../src/providers/embedded/index.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { conformance } from './suite.ts';
import '../support/bundles.ts';

/*
 * Two nodes more than elsewhere: they share a process with a node that has pods, and the suite takes the power of others
 * only. With MIDFLIGHT_NODES_APART=1 each has a process of its own.
 */
const apart = process.env.MIDFLIGHT_NODES_APART === '1';
const shared: Grouping = () => [['stable-0'], ['stable-1', 'spot-1', 'spot-2'], ['spot-0']];

const loaded = loadScenario(join(packageRoot(), 'test', 'conformance', 'conformance.yaml'));
const nodes = loaded.scenario.nodes.map((pool) => (pool.name === 'spot' ? { ...pool, count: 3 } : pool));
const scenario = { ...loaded.scenario, nodes };
const plan = makePlan({ ...loaded, scenario }, { cluster: 'embedded' });
conformance(`embedded, nodes ${apart ? 'apart' : 'share processes'}`, plan, () =>
  embeddedProvider(apart ? eachAlone : shared),
);
