import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan } from '../../../src/plan/make.ts';
import { ingressPod } from '../../../src/providers/embedded/pods.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { problemsIn } from '../../support/problems.ts';

const planOf = (upstream: string, cluster: 'embedded' | 'kind' = 'embedded') =>
  makePlan(
    parseScenario(
      `name: h2
nodes: [{ name: n, count: 2 }]
ingress: { upstream: ${upstream} }
policies: [Cluster]
timeScale: 4
load: [{ kind: probe, rate: 4 }]
`,
      'x.yaml',
    ),
    { cluster },
  );
const problemsOf = (...args: Parameters<typeof planOf>) =>
  problemsIn(() => planOf(...args)).map(({ line, what, hint }) => [line, what, hint]);

test('by default the ingress speaks HTTP/1.1; with h2c the kernel gives up after its 15 retransmissions, or a ping does', () => {
  assert.is(planOf('{}').ingress.h2c, undefined);
  assert.equal(planOf('{ protocol: h2c }').ingress.h2c, {
    via: 'endpoints',
    readIdleMs: 0,
    pingTimeoutMs: 15_000,
    givesUpMs: 924_600,
  });
  const pinged = planOf('{ protocol: h2c, via: service, readIdleTimeout: 20s, pingTimeout: 10s }').ingress
    .h2c;
  assert.equal([pinged?.via, pinged?.givesUpMs], ['service', 30_000]);
});

test('the ingress pod gets its settings in real time', () => {
  const settings = (upstream: string) => {
    const [first] = ingressPod(planOf(upstream), []).container.env ?? [];
    return JSON.parse(first?.value ?? '{}').h2c;
  };
  assert.is(settings('{}'), undefined);
  assert.equal(settings('{ protocol: h2c }'), {
    via: 'endpoints',
    pingAfterMs: 115_575,
    pings: false,
    givesUpMs: 231_150,
  });
  assert.equal(settings('{ protocol: h2c, readIdleTimeout: 20s }'), {
    via: 'endpoints',
    pingAfterMs: 5000,
    pings: true,
    givesUpMs: 8750,
  });
});

test('what HTTP/1.1 has not is refused', () => {
  assert.equal(problemsOf('{ via: service }'), [
    [3, 'ingress.upstream.via is of HTTP/2 only, and the protocol is http1', 'add protocol: h2c'],
  ]);
  assert.equal(problemsOf('{ readIdleTimeout: 5s }'), [
    [3, 'ingress.upstream.readIdleTimeout is of HTTP/2 only, and the protocol is http1', 'add protocol: h2c'],
  ]);
  assert.equal(problemsOf('{ protocol: h2c }', 'kind'), [], 'it is refused when a run starts');
});

test.run();
