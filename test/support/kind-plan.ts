import { makePlan } from '../../src/plan/make.ts';
import type { Plan } from '../../src/plan/schema.ts';
import { parseScenario } from '../../src/scenario/load.ts';

/** A plan for kind: two stable nodes and a preemptible one, with `more` lines of the scenario. */
export const kindPlan = (more = ''): Plan =>
  makePlan(
    parseScenario(
      `name: base
nodes:
  - { name: stable, count: 2, labels: { pool: stable } }
  - { name: spot, count: 1, preemptible: true }
load: [{ kind: probe, rate: 4 }]
policies: [Cluster]
fault: { kind: power-off, target: { runs: nothing } }
${more}`,
      'x.yaml',
    ),
    { cluster: 'kind' },
  );
