import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageVersion } from '../../../src/base/package.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { ScenarioError } from '../../../src/scenario/error.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

const text = (agents: string) => `name: agents
nodes: [{ name: stable, count: 2 }]
load:
  - kind: streams
    concurrency: 8
    duration: 60s
    agents: ${agents}
  - { kind: probe, rate: 2, agents: ${agents} }
policies: [Cluster]
`;
const plan = (agents: string, cluster: 'embedded' | 'kind') =>
  makePlan(parseScenario(text(agents), 'agents.yaml'), { cluster });

function problems(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ScenarioError);
    return error.problems.map(({ line, what, hint }) => `${line}: ${what}; ${hint}`);
  }
  return [];
}

test('agents are planned with their defaults: the current context, one pod, our own image', () => {
  const agents = {
    context: null,
    namespace: 'default',
    count: 1,
    image: `ghcr.io/midflight/midflight:${packageVersion()}`,
  };
  assert.equal(
    plan('{}', 'kind').load.map((load) => 'agents' in load && load.agents),
    [agents, agents],
  );
});

test('a load without agents has none in its plan', () => {
  const without = text('{}')
    .replace(/^ +agents.*\n/m, '')
    .replace(/, agents: \{\}/, '');
  const { load } = makePlan(parseScenario(without, 'none.yaml'), { cluster: 'kind' });
  assert.not.ok(load.some((one) => 'agents' in one));
});

test('more agents than streams are refused, and more than an API server bears', () => {
  assert.equal(
    problems(() => plan('{ count: 9 }', 'kind')),
    ['7: 9 agents cannot share 8 streams; set count to at most 8, or a higher concurrency'],
  );
  assert.match(problems(() => plan('{ count: 101 }', 'kind'))[0] ?? '', /^7: .*101/);
});

test('pods cannot reach the embedded cluster: refused before anything starts, for each load', () => {
  const found = problems(() => plan('{ count: 2 }', 'embedded'));
  assert.is(found.length, 2);
  assert.match(found[0] ?? '', /^7: 'slow' is to come from pods, and they cannot reach the embedded cluster/);
  assert.match(found[1] ?? '', /^8: 'probe' is to come from pods/);
});

test('k6 in pods: planned with its image; no more runners than users, and no image without them', () => {
  const k6 = (keys: string, cluster: 'kind' | 'embedded' = 'kind') =>
    makePlan(
      parseScenario(
        text('{}').replace(/^ {2}- \{ kind: probe.*$/m, `  - { kind: k6, vus: 4${keys} }`),
        'k6.yaml',
      ),
      { cluster },
    );
  const [, load] = k6(', agents: { count: 4 }, runnerImage: own/k6:1').load;
  assert.ok(load?.kind === 'k6');
  assert.equal([load.agents?.count, load.runnerImage], [4, 'own/k6:1']);
  assert.match(
    problems(() => k6(', agents: { count: 5 }'))[0] ?? '',
    '5 runners cannot share 4 virtual users; set count to at most 4, or more vus',
  );
  assert.match(problems(() => k6(', runnerImage: own/k6:1'))[0] ?? '', 'runnerImage is for k6 in pods');
  assert.match(
    problems(() => k6(', agents: { count: 2 }', 'embedded')).join(),
    "'k6' is to come from pods, and they cannot reach the embedded cluster",
  );
});

test.run();
