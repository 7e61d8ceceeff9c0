import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import type { EventOf } from '../../../src/history/schema.ts';
import { edgeRig, quickPreset } from '../../support/edge-rig.ts';
import { type Cell, canDropSyns, cells, faultServer } from '../../support/fault-server/index.ts';
import type { Deed } from '../../support/fault-server/server.ts';
import { checkTruth } from '../../support/fault-server/truth.ts';
import { skipped } from '../../support/skip.ts';
import { connectTimeoutMs, recordCell } from '../../support/truth-record.ts';

// The recorder's record with the edge in between: the same truths, but for those two that only the edge can see,
// because it completes the client's handshake itself. Of these its log must tell.
const rig = await edgeRig({ nodes: 1 }, (port) => quickPreset(port, { reconcileDelayMs: 0 }));
const server = await faultServer(rig.nodes[0]?.address);
// More than server and edge may be late in accepting the last of many.
const stallMs = 1000;

/** What the client sees of a cell through a passthrough balancer. */
function throughEdge(cell: Cell): Cell {
  const both = (outcome: 'reset-before-response' | 'hung') => ({ ...cell, app: outcome, framing: outcome });
  if (cell.port === 'closed') return both('reset-before-response');
  if (cell.port === 'silent') return { ...both('hung'), port: 'closed', certain: 'at-once' };
  return cell;
}

const connectOf: Record<Cell['port'], EventOf<'edge-close'>['connect']> = {
  open: 'connected',
  closed: 'refused',
  silent: 'abandoned',
};

async function record(cell: Cell, concurrency: number, mode: 'app' | 'framing') {
  await balance(server.port(cell.name));
  const before = rig.events.length;
  const said = await recordCell(rig, { cell, mode, concurrency, rampMs: 200, stallMs });
  const deeds = cell.port === 'open' ? await server.take(cell.name, concurrency) : [];
  const closes = await closesOf(before, concurrency);
  checkTruth({
    cell: throughEdge(cell),
    mode,
    count: concurrency,
    said,
    deeds: byClient(deeds, closes),
    stallMs,
    stallFrom: 'last-byte',
    connectTimeoutMs,
  });
  assert.is(closes.length, concurrency, `${cell.name}: each connection is logged`);
  for (const close of closes) {
    // A reset right after the handshake is one instead of it to who looks a moment later.
    if (cell.name === 'rst-on-connect') assert.ok(['connected', 'reset'].includes(close.connect));
    else assert.is(close.connect, connectOf[cell.port], `${cell.name}: the edge's connect`);
    if (cell.port === 'silent') assert.ok(close.connectNs >= stallMs * 0.9 * 1e6, `${close.connectNs}`);
  }
}

/**
 * The server knows the edge's addresses; the log joins them with the clients', exactly. A port whose connection the server
 * has closed may come round again at once: of the same address the first connection is the first deed.
 */
function byClient(deeds: readonly Deed[], closes: readonly EventOf<'edge-close'>[]): Deed[] {
  const clients = new Map<string | null, string[]>();
  for (const { upstreamLocal, client } of [...closes].sort(
    (a, b) => (a.connectedAt ?? 0) - (b.connectedAt ?? 0),
  ))
    clients.set(upstreamLocal, [...(clients.get(upstreamLocal) ?? []), client]);
  return [...deeds]
    .sort((a, b) => a.acceptedAt - b.acceptedAt)
    .map((deed) => ({ ...deed, client: clients.get(deed.client)?.shift() ?? deed.client }));
}

let balanced = 0;

/** Points the Service at this port, and waits until the edge follows. */
async function balance(port: number): Promise<void> {
  if (port === balanced) return;
  balanced = port;
  const before = rig.events.length;
  rig.putService('Cluster', port);
  const reconciled = () => rig.events.slice(before).some((event) => event.type === 'reconcile');
  for (let tries = 0; tries < 500 && !reconciled(); tries += 1) await monotonic.sleep(10);
  assert.ok(reconciled(), 'the edge follows the Service');
}

/** The closing events since then (a client's port may have been another's before): as many, or those that came in 5 s. */
async function closesOf(from: number, count: number): Promise<EventOf<'edge-close'>[]> {
  const closes = () =>
    rig.events.slice(from).flatMap((event) => (event.type === 'edge-close' ? [event] : []));
  // The recorder closes what it has told of a little later.
  for (let waited = 0; closes().length < count && waited < 5000; waited += 20) await monotonic.sleep(20);
  await rig.sync();
  return closes();
}

for (const cell of cells) {
  if (cell.port === 'silent' && !canDropSyns) {
    skipped('linux', `cell ${cell.name}`, 'only Linux drops SYNs at a full backlog');
    continue;
  }
  for (const mode of ['app', 'framing'] as const) {
    test(`${cell.name}, alone, ${mode}: ${throughEdge(cell)[mode]}`, () => record(cell, 1, mode));
  }
  const many = Math.min(200, cell.atMost ?? 200);
  test(`${cell.name}, ${many} at once: ${throughEdge(cell).app}`, () => record(cell, many, 'app'));
}

test.after(async () => {
  await server.stop();
  await rig.stop();
});
test.run();
