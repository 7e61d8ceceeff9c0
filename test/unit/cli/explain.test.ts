import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { explain } from '../../../src/cli/explain.ts';
import { recordsOf } from '../../../src/cli/request-records.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { openHistory } from '../../../src/history/writer.ts';
import { presets } from '../../../src/presets/index.ts';
import { history as made } from '../../support/history.ts';
import { textOf } from '../../support/text-of.ts';

const history = join(packageRoot(), 'test', 'histories', 'flip-then-loss.ndjson');

async function explained(request?: string, { json = false, columns = 160 } = {}) {
  const [stdout, stderr] = [Object.assign(new PassThrough(), { columns }), new PassThrough()];
  const code = await explain(history, request, { json }, { stdout, stderr, env: {} });
  return { code, text: textOf(stdout) };
}
const lostIds = async () =>
  JSON.parse((await explained(undefined, { json: true })).text) as { id: string; cause: string }[];

test('without a request: every lost one, as many as the report counts', async () => {
  const all = await lostIds();
  const { text, code } = await explained();
  assert.is(code, 0);
  assert.match(text, `${all.length} lost requests`);
  for (const { id } of all) assert.match(text, id);
});

test('a lost request: what every party recorded, what happened around it, and why not another cause', async () => {
  const all = await lostIds();
  const transit = all.find(({ cause }) => cause === 'transit');
  assert.ok(transit !== undefined);
  const { text } = await explained(transit.id);
  for (const part of [
    'cause: transit',
    'client: due ',
    'client: hung at ',
    'balancer: took it at ',
    'ingress: ',
    'app: ',
    'fault power-off of preemptible-1: begin',
    'Why transit',
    "for it: balancer's log: through preemptible-1",
    'not endpoint: its endpoint node was stable-',
    'not ingress: its ingress node was stable-',
  ])
    assert.match(text, part);
  assert.not.match(text, 'not switchover', 'only what is tried before it');
});

test('a request that was not lost has its records and no cause', async () => {
  const all = new Set((await lostIds()).map(({ id }) => id));
  const good = Array.from({ length: 200 }, (_, at) => `r${at}`).find((id) => !all.has(id)) ?? '';
  const { text } = await explained(good);
  assert.match(text, 'completed: it was not lost');
  assert.not.match(text, 'Why ');
});

test('of trials that ran side by side, only what happened on the cluster of the request', async () => {
  const trial = (fault: string) =>
    made()
      .trial(1000, { fault: { kind: 'power-off', node: fault } })
      .stream({ from: 2000, to: 20_000, transit: 'stable-1', outcome: 'hung' })
      .fault(10_000)
      .endTrial(40_000)
      .events();
  const [header] = made().trial(1).trial(2).events();
  const first = trial('stable-1').slice(1);
  // The same numbers of connections, other ids of requests, another node: a cluster beside it.
  const second = trial('preemptible-2')
    .slice(1)
    .map((event): HistoryEvent => {
      const own = 'trial' in event && event.trial !== null ? { ...event, trial: 1 } : event;
      if (own.type === 'edge-close') return { ...own, bytesDown: 999_999 };
      return ('id' in own && typeof own.id === 'string' ? { ...own, id: `b${own.id}` } : own) as HistoryEvent;
    });
  const id = first.find((event) => event.type === 'start')?.id ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'midflight-explain-'));
  const file = join(folder, 'history.ndjson');
  const writer = openHistory(file);
  for (const event of [header, ...first, ...second]) if (event !== undefined) writer.write(event);
  await writer.close();
  const found = await recordsOf(file, id, 1);
  rmSync(folder, { recursive: true, force: true });
  assert.is(found?.start.trial, 0);
  const hit = found?.around.flatMap((event) => (event.type === 'disturbance' ? [event.node] : [])) ?? [];
  assert.ok(hit.length > 0);
  assert.equal([...new Set(hit)], ['stable-1']);
  assert.is(JSON.stringify(found).includes('999999'), false, 'the end of a connection of the other cluster');
});

test('what a node repeats of its state is no news', async () => {
  const events = made()
    .trial(1000)
    .stream({ from: 2000, to: 9000, transit: 'stable-1', outcome: 'hung' })
    .endTrial(40_000)
    .events();
  const start = events.find((event) => event.type === 'start');
  assert.ok(start?.type === 'start');
  const reported = [false, false, false, true, true].map(
    (unschedulable, at): HistoryEvent => ({
      ...{ type: 'node', t: start.t + (at - 1) * 1e8, node: 'stable-1' },
      ...{ change: 'modified', ready: 'True', reason: 'KubeletReady', unschedulable },
    }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'midflight-explain-'));
  const file = join(folder, 'history.ndjson');
  const writer = openHistory(file);
  for (const event of [...events.slice(0, -1), ...reported, ...events.slice(-1)]) writer.write(event);
  await writer.close();
  const found = await recordsOf(file, start.id, 1);
  rmSync(folder, { recursive: true, force: true });
  const said = found?.around.flatMap((event) => (event.type === 'node' ? [event.unschedulable] : []));
  assert.equal(said, [false, true]);
});

test('a request that an HTTP balancer answered itself: each node that it was sent to, the connection, and why', async () => {
  const lost = { id: 'gone', transit: 'preemptible-0', outcome: 'http-error', status: 504 } as const;
  const events = made({ plan: { edge: presets['aws-alb'] } })
    .trial(1000, { fault: { kind: 'power-off', node: 'preemptible-0' } })
    .stream({
      ...lost,
      ...{ from: 12_000, to: 20_000, firstByte: 20_000, firstChunk: null },
      http: { own: 'silent', upstream: 7, openedAt: 3000 },
    })
    .fault(10_000)
    .endTrial(40_000)
    .events();
  const folder = mkdtempSync(join(tmpdir(), 'midflight-explain-'));
  const file = join(folder, 'history.ndjson');
  const writer = openHistory(file);
  for (const event of events) writer.write(event);
  await writer.close();
  const [stdout, stderr] = [Object.assign(new PassThrough(), { columns: 200 }), new PassThrough()];
  await explain(file, 'gone', { json: false }, { stdout, stderr, env: {} });
  rmSync(folder, { recursive: true, force: true });
  const text = textOf(stdout);
  for (const part of [
    'cause: transit',
    "clients behind Cloudflare would have seen: the balancer's own 504",
    "balancer: took its client's connection at ",
    'balancer: sent it to preemptible-0 at ',
    'balancer: over a kept connection to the node (7), opened at 2.000 s',
    'balancer: answered 504 itself: no answer came within its idle time-out',
    'the balancer answered 504 itself',
  ])
    assert.match(text, part);
});

test('40 columns: no line is wider', async () => {
  const [first] = await lostIds();
  for (const request of [undefined, first?.id])
    for (const line of (await explained(request, { columns: 40 })).text.split('\n'))
      assert.ok([...line].length <= 40, line);
});

test('--json: the records as they are in the history', async () => {
  const [first] = await lostIds();
  const { trial, lost, records } = JSON.parse((await explained(first?.id, { json: true })).text);
  assert.is(lost.id, first?.id);
  assert.is(records.start.id, first?.id);
  assert.is(records.end.type, 'end');
  assert.is(records.opened.client, records.end.local);
  assert.is(records.closed.conn, records.opened.conn);
  assert.is(trial.repeat, 0);
});

test('a request that does not exist is bad usage, and the error names some that do', async () => {
  const error = await explained('nobody').catch((thrown: unknown) => thrown);
  assert.ok(error instanceof MidflightError && error.exitCode === 64);
  assert.match(error.hint ?? '', /lost requests are r\d+/);
});

test.run();
