import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connections } from '../../../../src/analysis/fold/connections.ts';
import type { RequestRecord } from '../../../../src/analysis/records.ts';
import { bareEnd } from '../../../../src/history/bare-end.ts';
import type { EventOf } from '../../../../src/history/schema.ts';

/** Milliseconds as the history's nanoseconds. */
const ms = 1e6;
const client = '10.0.0.1:5000';

const opened = (t: number, conn = 1, node = 'a'): EventOf<'edge-open'> => ({
  type: 'edge-open',
  t: t * ms,
  conn,
  client,
  node,
});
const closed = (t: number, conn: number, upstreamLocal: string | null): EventOf<'edge-close'> => ({
  type: 'edge-close',
  t: t * ms,
  conn,
  client,
  node: 'a',
  upstreamLocal,
  connect: 'connected',
  connectNs: 1,
  connectedAt: null,
  bytesUp: 0,
  bytesDown: 0,
  lastDownAt: null,
  clientEnd: 'fin',
  upstreamEnd: 'fin',
});
const request = (from: number, to: number, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id: `${from}`,
  load: 'probe',
  dueAt: from * ms,
  startedAt: from * ms,
  lane: 'new',
  outcome: 'hung',
  status: null,
  endedAt: to * ms,
  connectedAt: (from + 1) * ms,
  firstByteAt: null,
  firstChunkAt: null,
  lastByteAt: null,
  longestSilenceNs: 0,
  bodyBytes: 0,
  local: client,
  endpointNode: null,
  endpointPod: null,
  ingressNode: null,
  ingressPod: null,
  freshConnection: null,
  connection: null,
  ...more,
});
const good = (from: number, to: number) =>
  ({
    start: {
      type: 'start',
      t: from * ms,
      trial: 0,
      id: '',
      load: 'probe',
      kind: 'probe',
      lane: 'new',
      dueAt: 0,
    },
    end: {
      ...bareEnd({ t: to * ms, trial: 0, id: '', outcome: 'completed' }),
      local: client,
      connectedAt: (from + 1) * ms,
    },
  }) as const;

const nodeOf = (record: RequestRecord) => record.connection?.node ?? null;

test('the last that was opened while the request was under way, up to 5 ms of slack at either end', () => {
  for (const [at, node] of [
    [94, null],
    [95, 'a'],
    [150, 'a'],
    [205, 'a'],
    [206, null],
  ] as const) {
    const edge = connections();
    edge.opened(opened(at));
    const record = request(100, 200);
    edge.join(record);
    assert.is(nodeOf(record), node, `opened at ${at}`);
  }
});

test('a kept connection may be older than its request', () => {
  const edge = connections();
  edge.opened(opened(10));
  const record = request(100, 200, { lane: 'reused', freshConnection: false });
  edge.join(record);
  assert.is(nodeOf(record), 'a');
});

test("the edge's lines may come after the recorder's: settle() joins them", () => {
  const edge = connections();
  const record = request(100, 200);
  edge.join(record);
  edge.opened(opened(101));
  edge.closed(closed(201, 1, '10.0.0.9:7000'));
  assert.is(nodeOf(record), null);
  const { edgeHosts } = edge.settle();
  assert.is(nodeOf(record), 'a');
  assert.is(record.connection?.close?.connect, 'connected');
  assert.equal([...edgeHosts], ['10.0.0.9']);
});

test('a trial leaves nothing to the next', () => {
  const edge = connections();
  edge.opened(opened(101));
  edge.closed(closed(201, 1, '10.0.0.9:7000'));
  edge.settle();
  const record = request(100, 200);
  edge.join(record);
  assert.is(nodeOf(record), null);
  assert.equal([...edge.settle().edgeHosts], []);
});

test('a port that is reused: the connection of the completed request is forgotten, the other stays', () => {
  const edge = connections();
  edge.opened(opened(101, 1, 'first'));
  edge.opened(opened(301, 2, 'second'));
  const { start, end } = good(300, 320);
  edge.forget(start, end);
  const record = request(100, 200);
  edge.join(record);
  assert.is(nodeOf(record), 'first');
});

const delaysOf = (edge: ReturnType<typeof connections>) =>
  edge.settle().acceptDelays.map(({ from, to, maxMs }) => [from / ms, to / ms, maxMs]);

test('accept delay: from the connect of the client to the accept of the edge, of good and of bad requests', () => {
  const edge = connections();
  edge.opened(opened(151));
  const { start, end } = good(100, 180);
  edge.forget(start, end);
  edge.opened(opened(5101, 2));
  edge.join(request(5000, 5200));
  assert.equal(delaysOf(edge), [
    [101, 151, 50],
    [5001, 5101, 100],
  ]);
});

test("accept delay: the edge's line may come last", () => {
  const edge = connections();
  const { start, end } = good(100, 180);
  edge.forget(start, end);
  edge.opened(opened(151));
  assert.equal(delaysOf(edge), [[101, 151, 50]]);
});

test('accept delay: an accept after the client gave up counts, and joins nothing', () => {
  const edge = connections();
  const record = request(100, 600);
  edge.join(record);
  edge.opened(opened(3601));
  assert.equal(delaysOf(edge), [[101, 3601, 3500]]);
  assert.is(record.connection, null);
});

test('accept delay: none of a kept connection, none without a connect', () => {
  const edge = connections();
  edge.opened(opened(200));
  edge.join(request(100, 600, { freshConnection: false, lane: 'reused' }));
  edge.join(request(100, 600, { connectedAt: null }));
  assert.equal(delaysOf(edge), []);
});

/** A request at an HTTP balancer, over this connection to the node. */
const balancedWay = (fold: ReturnType<typeof connections>, id: string, at: number, upstream: number) => {
  const about = { request: at, conn: 1, client, id, node: 'a' };
  const way = { number: upstream, openedAt: 50 * ms, reused: true, local: '10.0.0.9:1' };
  const end = { upstream: way, status: 200, own: null, ended: 'whole', bytesDown: 1 } as const;
  fold.sent({ type: 'edge-request', t: at * ms, ...about });
  fold.ended({ type: 'edge-response', t: (at + 5) * ms, ...about, ...end });
};

test('at an HTTP balancer a request has its own way, and a kept connection leads where its other requests went', () => {
  for (const order of ['balancer first', 'client first']) {
    const fold = connections();
    for (const at of [90, 200, 210]) fold.opened({ ...opened(at), node: null, http: true });
    balancedWay(fold, 'before', 90, 7);
    const path = { endpointNode: 'b', endpointPod: 'p', ingressNode: 'b', ingressPod: null, source: null };
    const { start, end } = good(100, 110);
    const done = () => fold.forget({ ...start, id: 'seen' }, { ...end, id: 'seen', path });
    if (order === 'client first') done();
    balancedWay(fold, 'seen', 101, 7);
    if (order === 'balancer first') done();
    balancedWay(fold, 'lost', 200, 7);
    balancedWay(fold, 'other', 210, 8);
    const lost = request(200, 260, { id: 'lost' });
    const other = request(210, 260, { id: 'other' });
    fold.join(lost);
    fold.join(other);
    const { edgeHosts } = fold.settle();
    assert.equal([lost.connection?.node, lost.connection?.ingressNode], ['a', 'b'], order);
    assert.is(lost.connection?.openedAt, 50 * ms, 'of the connection to the node');
    assert.is(other.connection?.ingressNode, null, order);
    assert.equal([...edgeHosts], ['10.0.0.9']);
  }
});

test.run();
