import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import type { Message } from '../../../src/base/role.ts';
import { nsPerMs } from '../../../src/base/units.ts';
import type { K6Config } from '../../../src/load/config.ts';
import { openGate } from '../../../src/load/k6/gate.ts';
import { interruptedIn } from '../../../src/load/k6/progress.ts';
import { runnerClocks } from '../../../src/load/k6/runner-clocks.ts';
import { runnersSite } from '../../../src/load/k6/runners.ts';
import { readSample } from '../../../src/load/k6/samples.ts';
import { scriptFiles } from '../../../src/load/k6/wrapped.ts';
import '../../support/bundles.ts';

const reading = (runner: number, asked: number, there: number, answered: number) =>
  new URLSearchParams({ runner: `${runner}`, asked: `${asked}`, there: `${there}`, answered: `${answered}` });

test("a runner's clock: the quickest reading counts, and its error is half of the way and of the rounding", () => {
  const clocks = runnerClocks();
  assert.is(clocks.best(1), null);
  clocks.read(reading(1, 1000, 505, 1020));
  clocks.read(reading(1, 2000, 1502, 2003));
  clocks.read(reading(2, 2000, 9000, 2001));
  assert.equal(clocks.best(1), { shiftMs: 1502 - 2002, errorMs: 2 });
  assert.is(clocks.best(2)?.shiftMs, 6999);
  for (const wrong of ['', 'runner=3', 'runner=3&asked=x&there=1&answered=2'])
    clocks.read(new URLSearchParams(wrong));
  assert.is(clocks.best(3), null);
});

test('an old reading gives way: a drift is followed', () => {
  const clocks = runnerClocks();
  clocks.read(reading(1, 0, 100, 0));
  for (let at = 1; at <= 60; at += 1) clocks.read(reading(1, at * 10, at * 10 + 500, at * 10 + 3));
  assert.is(clocks.best(1)?.errorMs, 2);
});

test('the gate holds who waits for the beginning, answers with its clock, and counts requests alone', async () => {
  const arrived: number[] = [];
  const clock = { ...monotonic, now: () => 7 * nsPerMs };
  const gate = await openGate({ host: '127.0.0.1', port: 0, clock, arrived: (count) => arrived.push(count) });
  try {
    let begun = 0;
    const waits = [1, 2].map(async (runner) => {
      await fetch(`${gate.url}begin?runner=${runner}`);
      begun += 1;
    });
    assert.is(await (await fetch(`${gate.url}clock?runner=1`)).text(), '7');
    for (let waited = 0; arrived.length < 2 && waited < 30_000; waited += 10) await monotonic.sleep(10);
    assert.equal([arrived.sort(), begun], [[1, 2], 0]);
    gate.begin();
    await Promise.all(waits);
    assert.is((await fetch(`${gate.url}?runner=1&asked=10&there=2&answered=12`)).status, 200);
    assert.is(gate.clocks.best(1)?.shiftMs, 2 - 11.5);
    gate.shutIt();
    assert.is((await fetch(gate.url)).status, 410);
    assert.is(gate.passed, 1);
  } finally {
    gate.close();
  }
});

async function site(count: number) {
  const said: Message[] = [];
  const context = { emit: (message: Message) => said.push(message), flush() {} };
  const config = { load: 'k6' } as K6Config;
  const made = await runnersSite(config, { count, port: 0 }, context, monotonic);
  const types = () => said.map(({ type }) => type);
  return { ...made, said, types };
}

test("lines of runners come with their own clock's times; ends of all are one end", async () => {
  const { gate, start, hear, said, types } = await site(2);
  const lines: [string, number, number][] = [];
  const wall = Date.now();
  const now = monotonic.now() / nsPerMs;
  // The first runner's clock is an hour ahead.
  gate.clocks.read(reading(1, wall + 3_600_000, now, wall + 3_600_000));
  hear({ type: 'samples', runner: 1, lines: ['early'] });
  const running = await start((line, at, runner) =>
    lines.push([line, at(wall + 3_600_000) / nsPerMs - now, runner]),
  );
  hear({ type: 'samples', runner: 2, lines: ['running (1s), 3 complete and 2 interrupted iterations', 'b'] });
  assert.equal(
    lines.map(([line, , runner]) => [line, runner]),
    [
      ['early', 1],
      ['b', 2],
    ],
  );
  assert.ok(Math.abs(lines[0]?.[1] ?? Number.NaN) < 2, String(lines[0]));
  assert.is(running.interrupted, 2);
  const offset = said.find(({ type }) => type === 'clock-offset');
  assert.is(offset?.process, 'k6@runner-1');
  assert.ok(Math.abs(Number(offset?.offsetNs) + 3600e9) < 50e6, JSON.stringify(offset));
  hear({ type: 'runner-ended', runner: 1, code: 0, error: '' });
  hear({ type: 'runner-ended', runner: 2, code: 0, error: '' });
  assert.equal(await running.gone, { code: 0, signal: null, error: '' });
  assert.not.ok(types().includes('end-runners'));
  gate.close();
});

test('a runner that ends unasked is a failure, and the others are ended', async () => {
  const { gate, start, hear, said } = await site(2);
  const running = await start(() => {});
  hear({ type: 'runner-ended', runner: 2, code: 137, error: 'out of memory' });
  assert.equal(
    said.filter(({ type }) => type !== 'clock-offset').map(({ type, reason = null }) => [type, reason]),
    [
      ['failed', "k6's runner 2 ended with exit code 137: out of memory"],
      ['end-runners', null],
    ],
  );
  hear({ type: 'runner-ended', runner: 1, code: null, error: '' });
  assert.is((await running.gone).code, 137);
  gate.close();
});

test('runners that are no longer reported are given up after the grace period', async () => {
  const { gate, start, types } = await site(1);
  const running = await start(() => {});
  running.end(20);
  assert.is((await running.gone).signal, 'no answer');
  assert.equal(types(), ['end-runners']);
  gate.close();
});

test('what runners ask the gate is no request of a script, and progress is reported from samples', () => {
  const line = (tags: object) =>
    JSON.stringify({
      type: 'Point',
      metric: 'http_req_duration',
      data: { time: '2026-01-02T03:04:05Z', value: 5, tags },
    });
  assert.is(readSample(line({ midflight: 'gate' }), false), null);
  assert.is(readSample(line({}), false)?.kind, 'request');
  assert.is(interruptedIn('running (0m01.0s), 00/10 VUs, 5 complete and 3 interrupted iterations'), 3);
  assert.is(interruptedIn('{"metric":"vus"}'), null);
});

test("our script is one file; one of the user's own keeps its kind, and comes with the one that waits", () => {
  assert.equal(Object.keys(scriptFiles('ours', null)), ['script.js']);
  const files = scriptFiles('theirs', '/experiments/mine.ts');
  assert.equal(Object.keys(files), ['script.js', 'own.ts', 'knock.js']);
  assert.is(files['own.ts'], 'theirs');
  assert.match(files['script.js'] ?? '', "from './own.ts'");
  assert.match(files['knock.js'] ?? '', 'MIDFLIGHT_GATE');
});

test.run();
