import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checks } from '../../../src/audit/checks/index.ts';
import { auditOf, findingOf, idsOf, node, service, spot } from '../../support/audit.ts';
import { exclude, local, on, two } from '../../support/audit-cell.ts';
import { drainCells } from '../../support/audit-drain-cells.ts';
import { pathCells } from '../../support/audit-path-cells.ts';

/* Of each check a cluster in which it fires, and the nearest one in which it does not. */
const test = suite('audit checks');
const cells = [...pathCells, ...drainCells];

for (const { id, what, fires, severity, not, options = {} } of cells) {
  test(`${id}: ${what}`, () => {
    const found = findingOf(auditOf(fires, options), id);
    assert.is(found.severity, severity);
    assert.ok(found.evidence.length > 0 && found.summary !== '' && found.remedy.text !== '');
    assert.not.ok(idsOf(auditOf(not, options)).includes(id), `${id} where it does not apply`);
  });
}

test('every check has a cell here, but for what only a live cluster shows', () => {
  const liveOnly = ['MF021', 'MF024']; // test/unit/audit/live.test.ts
  const covered = new Set([...cells.map(({ id }) => id), ...liveOnly]);
  assert.equal(
    checks.map(({ id }) => id).filter((id) => !covered.has(id)),
    [],
  );
  assert.equal(
    checks.map(({ id }) => id),
    checks.map((_, index) => `MF${String(index + 1).padStart(3, '0')}`),
  );
});

test('two ingress nodes and three preemptible ones without a pod: 60 % pass through the three', () => {
  const nodes = [...two, node('s1', spot), node('s2', spot), node('s3', spot)];
  const before = auditOf([...nodes, service(), on('a', 'b')]);
  const found = findingOf(before, 'MF001');
  assert.equal(found.nodes, { count: 3, names: ['s1', 's2', 's3'] });
  assert.is(found.values.exposedShare, 0.6);
  assert.equal(before.services[0]?.preemptibleTransit?.names, ['s1', 's2', 's3']);
  assert.is(before.verdict, 'fail');
  assert.match(
    found.remedy.command ?? '',
    / flip \S+\/\S+ --to Local --url https:\/\/HOST\/ --allow-changes$/,
  );
  const nodePort = findingOf(auditOf([...nodes, service({ type: 'NodePort' }), on('a', 'b')]), 'MF001');
  assert.match(
    nodePort.remedy.command ?? '',
    /^midflight watch .* -- kubectl -n .* patch service /,
    'no balancer to wait for',
  );
  const after = auditOf([...nodes, service(local), on('a', 'b')]);
  assert.is(after.services[0]?.exposedShare, 0);
  assert.is(after.verdict, 'pass');
});

test('what each death costs: the node as transit, as endpoint, and both', () => {
  const [audited] = auditOf([...two, node('c'), node('d'), service(), on('a', 'a', 'b', 'b')]).services;
  assert.equal(
    audited?.nodes.map((one) => [one.node, one.cluster, one.local]),
    [
      ['a', 1 / 4 + 1 / 2 - 1 / 8, 1 / 2],
      ['b', 1 / 4 + 1 / 2 - 1 / 8, 1 / 2],
      ['c', 1 / 4, 0],
      ['d', 1 / 4, 0],
    ],
  );
});

test('nodes that the balancer does not use do not count', () => {
  const others = [
    node('fargate', { 'eks.amazonaws.com/compute-type': 'fargate' }),
    node('down', {}, { ready: 'Unknown' }),
    node('control-plane', { [exclude]: '' }),
  ];
  const [audited] = auditOf([...two, ...others, service(), on('a')]).services;
  assert.equal(audited?.takesConnections, {
    Cluster: { count: 2, names: ['a', 'b'] },
    Local: { count: 1, names: ['a'] },
  });
});

test('a pod of two address families is one endpoint, one that is not ready is none', () => {
  const ipv6 = { ...on('a'), metadata: { ...on('a').metadata, name: 'web-v6' }, addressType: 'IPv6' };
  const [first, second] = on('a', 'b').endpoints;
  const half = { ...on('a'), endpoints: [first, { ...second, conditions: { ready: false } }] };
  assert.is(auditOf([...two, service(), half, ipv6]).services[0]?.readyEndpoints, 1);
});

test('without nodes or endpoints a check is undecided, not passed', () => {
  const { undecided, findings } = auditOf([service()]);
  assert.equal(findings, []);
  const reasons = new Map(undecided.map(({ id, because }) => [id, because]));
  assert.is(reasons.get('MF001'), 'no Node is known');
  assert.is(reasons.get('MF004'), 'no EndpointSlice or Pod of the Service is known');
  assert.is(reasons.get('MF012'), '--longest is not given');
});

test("a mark of the user's own", () => {
  const objects = [...two, node('s', { pool: 'cheap' }), service(), on('a', 'b')];
  assert.not.ok(idsOf(auditOf(objects)).includes('MF001'));
  const marked = auditOf(objects, {
    spotMarks: [{ key: 'pool', values: ['cheap'], platform: 'own', source: 'test' }],
  });
  assert.equal(findingOf(marked, 'MF001').nodes?.names, ['s']);
});

test.run();
