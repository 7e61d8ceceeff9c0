import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tellValidate } from '../../support/in-process.ts';

/* A scenario is right if it can be run where it is meant to be: on the clusters that can do it, and those it has a block for. */

const fromPods = `name: pods
nodes: [{ name: stable, count: 2 }]
load:
  - { kind: streams, name: slow, concurrency: 8, duration: 60s, agents: {} }
policies: [Cluster]
`;

test('what a kind of cluster can never do is no mistake of a file that another one can run', async () => {
  const { code, stdout, stderr } = await tellValidate(fromPods);
  assert.is(code, 0, stderr);
  assert.is(stdout, '<stdin>: ok\n');
  assert.match(stderr, /^midflight: <stdin>:4:\d+: not on embedded: 'slow' is to come from pods/);
  assert.is(stderr.split('\n').length, 2);
});

test('if the file has a block for that kind of cluster, it is a mistake', async () => {
  const { code, stdout, stderr } = await tellValidate(`${fromPods}providers: { embedded: { repeats: 3 } }\n`);
  assert.equal([code, stdout], [64, '']);
  assert.match(stderr, /^<stdin>:4:\d+: on embedded: 'slow' is to come from pods/);
});

test('a block of its own for the cluster that cannot do it makes the file right everywhere', async () => {
  const own = 'providers: { embedded: { load: [{ kind: probe, rate: 4 }] } }\n';
  const { code, stderr } = await tellValidate(fromPods + own);
  assert.equal([code, stderr], [0, '']);
});

test('a mistake is reported without naming clusters that are not involved', async () => {
  const { code, stderr } = await tellValidate(
    `${fromPods}fault: { kind: power-off, target: { pool: none } }\n`,
  );
  assert.is(code, 64);
  assert.match(stderr, /^<stdin>:6:\d+: there is no pool 'none'/);
  const planned = await tellValidate(`${fromPods}expect: { Cluster: { flip.disruption: '< 1s' } }\n`);
  assert.is(planned.code, 64);
  assert.match(planned.stderr, /^<stdin>:6:\d+: 'flip.disruption.*' cannot be measured/);
});

test('a fault by a command is for the cluster that the file names', async () => {
  const text = `name: own
load: [{ kind: streams, concurrency: 8, duration: 60s }]
policies: [Cluster]
fault: { kind: command, target: { runs: ingress }, command: 'stop {name}', recover: 'start {name}' }
providers: { context: { service: web/traefik, url: 'http://shop.example/slow' } }
`;
  assert.equal(await tellValidate(text).then(({ code, stderr }) => [code, stderr]), [0, '']);
  const { code, stderr } = await tellValidate(`${text}nodes: [{ name: a, count: 2 }]\n`);
  assert.is(code, 0);
  assert.match(stderr, 'not on embedded: command is for a cluster of yours only');
  assert.match(stderr, 'not on kind: command is for a cluster of yours only');
});

test.run();
