import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { capacityNotice, coresNeeded } from '../../../src/plan/capacity.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { loadScenario, parseScenario } from '../../../src/scenario/load.ts';
import { yamlFiles } from '../../support/scenario-files.ts';

const scenario = ({ nodes = 5, streams = 20, ramp = '5s', rate = 4, timeScale = 10 } = {}) => `name: big
nodes: [{ name: node, count: ${nodes} }]
ingress: { replicas: 2 }
app: { replicas: 2 }
load: [{ kind: streams, concurrency: ${streams}, duration: 90s, ramp: ${ramp} }, { kind: probe, rate: ${rate} }]
policies: [Cluster]
timeScale: ${timeScale}
`;
const planOf = (more: Parameters<typeof scenario>[0], cores = 2) =>
  makePlan(parseScenario(scenario(more), 'x.yaml'), { cluster: 'embedded', cores });
const noticesOf = (more: Parameters<typeof scenario>[0], cores = 2) =>
  planOf(more, cores).notices.filter((text) => text.includes('cores'));

test('each of nodes, streams, ramp, probes and time scale may ask for too much', () => {
  assert.equal(noticesOf({}), []);
  for (const more of [
    { nodes: 40, streams: 400, timeScale: 20 },
    { streams: 2000 },
    { streams: 600, ramp: '1s' },
    { rate: 40, timeScale: 20 },
  ]) {
    const [notice = ''] = noticesOf(more);
    assert.match(notice, /^this asks for about \d+\.\d cores and this machine has 2: /, JSON.stringify(more));
    assert.match(notice, 'lower timeScale');
  }
});

test('more cores bear more, and real time asks for less', () => {
  const more = { streams: 2000 };
  assert.is(noticesOf(more, 2).length, 1);
  assert.equal(noticesOf(more, 16), []);
  assert.ok(coresNeeded(planOf({ ...more, timeScale: 1 })) < coresNeeded(planOf(more)) / 3);
});

test('a real cluster has machines of its own', () => {
  const plan = makePlan(parseScenario(scenario({ streams: 2000 }), 'x.yaml'), { cluster: 'kind', cores: 1 });
  assert.is(capacityNotice(plan, 1), null);
  assert.equal(
    plan.notices.filter((text) => text.includes('cores')),
    [],
  );
});

test('the experiments that are shipped fit on two cores', () => {
  for (const file of yamlFiles('experiments')) {
    const plan = makePlan(loadScenario(file), { cluster: 'embedded', cores: 2 });
    assert.is(capacityNotice(plan, 2), null, `${file}: ${coresNeeded(plan)}`);
  }
});

test.run();
