import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nsPerMs } from '../../../../src/base/units.ts';
import { historyEvent } from '../../../../src/history/schema.ts';
import { eventOf } from '../../../../src/providers/kind/access-log.ts';

/** The run's clock when the line is read. */
const now = 5_000_000 * nsPerMs;

/** A line as Traefik writes it: a request that ended so many ms ago and took 250 ms. */
function lineOf(more: Record<string, unknown> = {}, endedMsAgo = 0): string {
  return JSON.stringify({
    ClientAddr: '10.244.1.1:41234',
    ClientHost: '10.244.1.1',
    DownstreamStatus: 200,
    Duration: 250 * nsPerMs,
    RequestPath: '/stream?id=7-slow-3&chunks=4',
    StartUTC: new Date(Date.now() - endedMsAgo - 250).toISOString(),
    level: 'info',
    ...more,
  });
}

/** The wall clock is this machine's; the run's clock stands at `now` meanwhile. */
const clock = () => ({ offsetNs: 0, errorNs: 0, wallAheadNs: Date.now() * nsPerMs - now });
const read = (text: string) => eventOf(text, 'traefik-1', 'worker', now, clock());

test('a request is reported with its pod, node, source, status and duration', () => {
  const event = read(lineOf({ DownstreamStatus: 503 }));
  assert.ok(event !== undefined);
  const { t: _t, ...rest } = event;
  assert.equal(rest, {
    type: 'ingress',
    pod: 'traefik-1',
    node: 'worker',
    id: '7-slow-3',
    source: '10.244.1.1',
    status: 503,
    durationMs: 250,
  });
  assert.equal(historyEvent.parse(event), event, 'the history takes it');
});

test('a pod without a node has none', () => {
  assert.is(eventOf(lineOf(), 'traefik-1', null, now, clock())?.node, null);
});

test('its instant is when the request ended, on the clock of the run', () => {
  // The wall clock goes on between the line and its reading: generously bounded above, and never late by more than
  // whole nanoseconds round.
  for (const ago of [0, 4000, 60_000]) {
    const t = read(lineOf({}, ago))?.t ?? Number.NaN;
    const agoMs = (now - t) / nsPerMs;
    assert.ok(agoMs > ago - 0.001 && agoMs < ago + 3000, `${ago} ms ago was told as ${agoMs}`);
    assert.ok(Number.isInteger(t));
  }
});

test('a longer request ended later', () => {
  const start = new Date(Date.now() - 60_000).toISOString();
  const at = (seconds: number) =>
    read(lineOf({ StartUTC: start, Duration: seconds * 1000 * nsPerMs }))?.t ?? Number.NaN;
  const betweenMs = (at(50) - at(10)) / nsPerMs;
  assert.ok(Math.abs(betweenMs - 40_000) < 2000, `${betweenMs}`);
});

test('a request that seems to end in the future ended now', () => {
  assert.is(read(lineOf({}, -5000))?.t, now);
});

test('the header identifies the request; without the header, the query does', () => {
  assert.is(read(lineOf({ 'request_X-Midflight-Id': '7-probe-1' }))?.id, '7-probe-1');
  assert.is(read(lineOf())?.id, '7-slow-3');
  assert.is(read(lineOf({ RequestPath: '/?id=a%20b' }))?.id, 'a b');
  assert.is(read(lineOf({ RequestPath: '/stream?other=1' }))?.id, null);
  assert.is(read(lineOf({ RequestPath: '*' }))?.id, null);
});

for (const [name, text] of [
  ['nothing', ''],
  ["Traefik's own words", '2026-01-01T00:00:00Z INF Traefik version 3.7'],
  ["Traefik's own words in JSON", '{"level":"info","time":"2026-01-01T00:00:00Z","message":"started"}'],
  ['a line that was cut', lineOf().slice(0, -10)],
  ['a list', '[1]'],
  ['a status that is no number', lineOf({ DownstreamStatus: '200' })],
  ['no client', lineOf({ ClientHost: undefined })],
  ['no duration', lineOf({ Duration: undefined })],
] as const)
  test(`${name}: no request`, () => assert.is(read(text), undefined));

test('a node whose wall clock is an hour behind ours', () => {
  const hour = 3600e9;
  const behind = { offsetNs: 7e9, errorNs: 1, wallAheadNs: 1.7e18 };
  const start = new Date(1.7e12 + 5000).toISOString();
  const event = eventOf(lineOf({ StartUTC: start }), 'traefik-1', 'worker', hour, behind);
  // A double holds nanoseconds since 1970 only to a quarter of a microsecond.
  assert.ok(Math.abs((event?.t ?? 0) - (5.25e9 + 7e9)) < 1000, String(event?.t));
});

test.run();
