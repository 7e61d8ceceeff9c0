import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { MidflightError } from '../../../src/base/errors.ts';
import type { HistoryEvent, Outcome } from '../../../src/history/schema.ts';
import { historyEvent } from '../../../src/history/schema.ts';
import type { K6Config } from '../../../src/load/config.ts';
import { k6Engine } from '../../../src/load/k6/engine.ts';
import { findK6, requireK6 } from '../../../src/load/k6/find.ts';
import { readSample } from '../../../src/load/k6/samples.ts';
import { localSite } from '../../../src/load/k6/site.ts';
import type { LoadControl } from '../../../src/load/serve.ts';
import { cells as allCells, canDropSyns, faultServer } from '../../support/fault-server/index.ts';
import { k6At, k6Here } from '../../support/k6.ts';
import { gather, type Said, targetAt } from '../../support/load.ts';

test('k6 is found by its variable, then in PATH; if it is missing the error explains how to get it', () => {
  assert.is(findK6({ MIDFLIGHT_K6: process.execPath, PATH: '' }), process.execPath);
  assert.is(findK6({ MIDFLIGHT_K6: '/no/such/k6', PATH: process.env.PATH }), null, 'what is named is meant');
  assert.is(findK6({ PATH: '/nowhere' }), null);
  try {
    requireK6('mine', { PATH: '/nowhere' });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, MidflightError);
    if (!(error instanceof MidflightError)) return;
    assert.equal([error.code, error.exitCode], ['missing-requirement', 3]);
    assert.match(error.message, "'mine'");
    assert.match(error.hint ?? '', 'go install');
  }
});

test("k6's lines: what is no point of ours is passed over, what is no JSON is not", () => {
  const line = (metric: string, value: number, data: object) =>
    JSON.stringify({
      type: 'Point',
      metric,
      data: { time: '2026-01-02T03:04:05.678901234Z', value, ...data },
    });
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const marks = { id: 'a' };
  assert.equal(readSample(line('midflight_started', 1, { tags: null, metadata: marks }), true), {
    kind: 'started',
    at,
    id: 'a',
  });
  assert.equal(readSample(line('midflight_ended', 1, { metadata: marks }), true), {
    kind: 'ended',
    at,
    marks,
  });
  assert.is(readSample(line('midflight_ended', 1, { metadata: marks }), false), null);
  assert.equal(readSample(line('dropped_iterations', 3, {}), true), { kind: 'dropped', at, count: 3 });
  assert.is(readSample(line('http_req_duration', 5, {}), true), null);
  assert.equal(readSample(line('http_req_duration', 5, { tags: { status: '200' } }), false), {
    kind: 'request',
    at,
    durationMs: 5,
    tags: { status: '200' },
  });
  assert.is(readSample('{"type":"Metric","data":{"name":"midflight_started"}}', true), null);
  assert.throws(() => readSample('{"metric":"midflight_started', true), /JSON/);
});

/** Processes that this one started itself. */
function childrenNamed(name: string): number[] {
  const text = execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, comm]) => comm === name)
    .map(([pid]) => Number(pid));
}

// Only Linux drops SYNs at a full backlog.
const cells = allCells.filter(({ port }) => port !== 'silent' || canDropSyns);

/** What k6 v1.8.1 cannot tell from something else. */
const blind: Partial<Record<string, Outcome>> = {
  'fin-mid-head': 'unclear',
  'rst-mid-head': 'unclear',
  'fin-after-interim': 'unclear',
  'fin-after-head': 'unclear',
  'rst-after-head': 'unclear',
  'bad-header': 'unclear',
  'status-503-cut': 'unclear',
};

const binary = k6Here('the truth as k6 sees it');
if (binary !== null) {
  const server = await faultServer();
  const base = k6At(binary, targetAt(server.host, 1));
  const runIt = async (
    cell: string,
    more: Partial<K6Config>,
    drive?: (load: LoadControl, said: Said) => Promise<void>,
  ) => {
    const said = gather();
    const config = { ...base, target: targetAt(server.host, server.port(cell)), ...more };
    const load = k6Engine(config, said, monotonic, await localSite(config, monotonic));
    load.begin();
    await drive?.(load, said);
    await said.idle(60_000);
    await load.stop();
    const summaries = said.messages
      .filter((message) => message.type === 'engine-summary')
      .map((message): HistoryEvent => historyEvent.parse(message));
    const [summary] = summaries;
    return { said, problems: summary?.type === 'engine-summary' ? summary.problems : ['no summary'] };
  };

  // Two k6 at a time: each costs most of a core to start.
  for (let index = 0; index < cells.length; index += 2) {
    const pair = cells.slice(index, index + 2);
    test(pair.map(({ name }) => name).join(', '), async () => {
      await Promise.all(
        pair.map(async (cell) => {
          const outcome = blind[cell.name] ?? cell.app;
          // Its time-out is twice that: what is to arrive may take long on a busy machine, what never comes need not.
          const waits = outcome === 'hung' || outcome === 'connect-timeout';
          const durationMs = waits ? base.durationMs : 10_000;
          const more = { vus: 3, idPrefix: `${cell.name}-`, durationMs };
          const { said, problems } = await runIt(cell.name, more);
          assert.equal(problems, [], cell.name);
          assert.is(said.starts.size, 3);
          assert.equal(said.countByOutcome(), { [outcome]: 3 }, cell.name);
          // The ids and the path are in the first chunk, which k6 keeps where the answer was cut.
          for (const { path, chunks } of said.ends) assert.is(path !== null, chunks > 0, cell.name);
          for (const { id, t } of said.ends) {
            const begun = said.starts.get(id)?.t ?? Number.NaN;
            assert.ok(t >= begun - 2e6, `${cell.name}: ends after it begins`);
          }
        }),
      );
    });
  }

  test('arrivals by rate: after quiesce none begins, what is in flight is followed, and k6 ends', async () => {
    const { said, problems } = await runIt(
      'whole-trickle',
      { rate: 20, vus: 40 },
      async (load, { starts }) => {
        for (let waited = 0; starts.size < 20 && waited < 30_000; waited += 20) await monotonic.sleep(20);
        load.quiesce();
      },
    );
    assert.equal(problems, []);
    assert.ok(said.starts.size >= 20);
    assert.equal(said.countByOutcome(), { completed: said.starts.size });
  });

  test('too few virtual users for the rate: what was dropped is a problem of the trial', async () => {
    const { problems } = await runIt('hang-no-head', { rate: 30, vus: 2, durationMs: 1000 }, async (load) => {
      await monotonic.sleep(2500);
      load.quiesce();
    });
    assert.is(problems.length, 1);
    assert.match(problems[0] ?? '', /k6 dropped \d+ iterations/);
  });

  test("a script of the user's own: its requests are counted, its threshold decides", async () => {
    const script = `import http from 'k6/http';
      export const options = { vus: 2, iterations: 6, thresholds: { http_req_failed: ['rate<0.01'] } };
      export default () => http.get(__ENV.MIDFLIGHT_URL + '/any');`;
    const whole = await runIt('whole-length', { script, own: false });
    assert.equal(whole.problems, []);
    assert.equal(whole.said.countByOutcome(), { completed: 6 });
    const down = await runIt('status-502', { script, own: false });
    assert.equal(down.said.countByOutcome(), { 'http-error': 6 });
    assert.match(down.problems.join(), /threshold/);
    const refused = await runIt('refused', { script, own: false });
    assert.equal(refused.said.countByOutcome(), { refused: 6 });
  });

  test("what a script of the user's own cuts off itself is a problem, as k6 reports nothing about it", async () => {
    const script = `import http from 'k6/http';
      const mine = { executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '0s' };
      export const options = { scenarios: { mine } };
      export default () => http.get(__ENV.MIDFLIGHT_URL + '/any', { timeout: '60s' });`;
    const { said, problems } = await runIt('hang-no-head', { script, own: false });
    assert.is(said.starts.size, 0);
    assert.equal(problems, [
      'the k6 script cut 2 of its iterations off (gracefulStop): what became of their requests is not known',
    ]);
  });

  test('a script in a file of its own finds what it imports; TypeScript too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));
    const file = join(folder, 'mine.ts');
    writeFileSync(join(folder, 'where.js'), 'export const where = __ENV.MIDFLIGHT_URL;');
    writeFileSync(
      file,
      `import http from 'k6/http'; import { where } from './where.js';
      export const options: { iterations: number } = { iterations: 3 };
      export default (): void => { http.get(where + '/any'); };`,
    );
    const { said, problems } = await runIt('whole-length', { script: '', file, own: false });
    rmSync(folder, { recursive: true });
    assert.equal(problems, []);
    assert.equal(said.countByOutcome(), { completed: 3 });
  });

  test("an environment of the user's own changes nothing of our script", async () => {
    process.env.K6_ITERATIONS = '7';
    process.env.K6_VUS = '7';
    const { said, problems } = await runIt('whole-length', { vus: 2 });
    delete process.env.K6_ITERATIONS;
    delete process.env.K6_VUS;
    assert.equal(problems, []);
    assert.equal(said.countByOutcome(), { completed: 2 });
  });

  test('k6 that is killed leaves requests of which nobody knows, and a problem', async () => {
    const { said, problems } = await runIt(
      'hang-no-head',
      { vus: 2, durationMs: 30_000 },
      async (_, { starts }) => {
        for (let waited = 0; starts.size < 2 && waited < 30_000; waited += 20) await monotonic.sleep(20);
        for (const pid of childrenNamed('k6')) process.kill(pid, 'SIGKILL');
      },
    );
    assert.equal(said.countByOutcome(), { 'local-error': 2 });
    assert.match(problems.join(), 'k6 ended with SIGKILL');
  });

  test('a script with an error in it is a problem, reported in the words of k6', async () => {
    const { said, problems } = await runIt('whole-length', { script: 'export default (', own: false });
    assert.is(said.starts.size, 0);
    assert.match(problems.join(), /k6 ended with exit code 107: .*Unexpected/);
  });

  test('cancel ends what is in flight, and nothing of it is a loss', async () => {
    const { said, problems } = await runIt('hang-no-head', { vus: 3, durationMs: 30_000 }, async (load) => {
      await monotonic.sleep(2000);
      load.cancel();
    });
    assert.equal(problems, []);
    assert.equal(said.countByOutcome(), { cancelled: 3 });
  });

  test.after(() => server.stop());
}

test.run();
