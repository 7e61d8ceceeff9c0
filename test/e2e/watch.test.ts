import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readHistory } from '../../src/history/reader.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';
import { brokenMs, short, watchTarget } from '../support/watch-target.ts';

/* `midflight watch` as a user runs it, against a server of the test's own. */
const test = suite('watch');
const { box, breakIt, close, watch } = await watchTarget();

test.after(close);

async function historyOf(out: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const event of readHistory(join(out, 'history.ndjson'))) events.push(event);
  return events;
}
test('nothing happens: nothing is lost, and failover is none', async () => {
  const { code, report, out } = await watch('/slow', ...short, '--streams', '4');
  assert.is(code, 0);
  const [trial] = report?.trials ?? [];
  assert.is(trial?.policy, null);
  assert.ok((trial?.requests.started ?? 0) >= 8, 'streams are renewed');
  assert.is(trial?.requests.lost, 0);
  assert.is(trial?.requests.completed, trial?.requests.started, 'each is followed to its end');
  assert.is(trial?.clocksSeconds.failover, 0);
  const events = await historyOf(out);
  assert.equal(
    events.flatMap((event) => (event.type === 'phase' ? [event.phase] : [])),
    ['ramp', 'steady', 'observe', 'finish'],
  );
  for (const name of ['report.html', 'report.md', 'history.ndjson'])
    assert.ok(existsSync(join(out, name)), name);
});

test('what a command costs is measured from its start', async () => {
  const { code, report, out, stderr } = await watch('/slow', ...short, '--streams', '6', ...breakIt);
  assert.is(code, 0, stderr);
  const [trial] = report?.trials ?? [];
  const [command] = trial?.disturbances ?? [];
  assert.is(command?.kind, 'command');
  assert.ok((trial?.requests.lost ?? 0) >= 6, 'the streams that were under way');
  assert.is(command?.requestsLost, trial?.requests.lost);
  const { firstFailedProbe, lastFailedProbe, failover } = trial?.clocksSeconds ?? {};
  assert.ok(firstFailedProbe !== null && lastFailedProbe !== null && firstFailedProbe !== undefined);
  assert.ok((failover ?? 0) > 0.5 && (failover ?? 99) < 20, `${failover} s of ${brokenMs} ms`);
  const codes = trial?.requests.byCdnCode ?? {};
  assert.ok((codes.cut ?? 0) + (codes['520'] ?? 0) >= 6, JSON.stringify(codes));
  const events = await historyOf(out);
  const marks = events.filter((event) => event.type === 'command');
  assert.equal(
    marks.map(({ at, exitCode }) => [at, exitCode]),
    [
      ['begin', null],
      ['end', 0],
    ],
  );
});

test('a URL that is slower than a probe may be: the report names the remedy, and with it the watch works', async () => {
  const quick = [...short, '--streams', '2', '--timeout', '900ms', '--max-failover', '10s'];
  const without = await watch('/slow', ...quick, '--', process.execPath, '-e', '');
  assert.is(without.code, 3);
  const { reason, trials } = without.report ?? {};
  assert.match(
    reason ?? '',
    /^probes failed before anything was done: \d+ failed, hung, without a whole answer for 0.9 s; .*--probe-path; the command was not run$/,
  );
  assert.is(trials?.[0]?.requests.lost, 0, 'a stream may take longer');
  const quicker = await watch('/slow', ...quick, '--probe-path', '/', '--', process.execPath, '-e', '');
  assert.is(quicker.code, 0, quicker.stderr);
  assert.is(quicker.report?.trials[0]?.probes.new?.failed, 0);
  assert.match(quicker.report?.description ?? '', /; probes ask for \/$/);
});

test('thresholds decide the exit code', async () => {
  const { code, report, stdout } = await watch(
    '/slow',
    ...short,
    '--max-lost',
    '0',
    '--max-failover',
    '1ms',
    ...breakIt,
  );
  assert.is(code, 1);
  assert.equal(
    report?.expectations.map(({ verdict }) => verdict),
    ['fail', 'fail'],
  );
  assert.match(stdout, 'expected lost <= 0');
});

test("the command's words reach it as they are, and its output stays off stdout", async () => {
  const said = join(box.folder, 'said');
  const script = `require('fs').writeFileSync(${JSON.stringify(said)}, JSON.stringify(process.argv.slice(1))); console.log('spoken')`;
  const words = ['a b', "it's", '--flag=1', '$HOME', ''];
  const ended = await watch(
    '/',
    '--duration',
    '1s',
    '--json',
    '--',
    process.execPath,
    '-e',
    script,
    '--',
    ...words,
  );
  assert.is(ended.code, 0, ended.stderr);
  assert.equal(JSON.parse(readFileSync(said, 'utf8')), words);
  assert.is(JSON.parse(ended.stdout).experiment, ended.report?.experiment);
  assert.match(ended.stderr, 'spoken');
});

test('a command that fails is exit code 3, and its report is kept; one that cannot be run is reported before the watch', async () => {
  const failed = await watch('/', '--duration', '1s', '--', process.execPath, '-e', 'process.exit(7)');
  assert.is(failed.code, 3);
  assert.match(failed.report?.reason ?? '', /exit code 7/);
  const missing = await watch('/', '--duration', '1s', '--', '/no/such/program');
  assert.is(missing.code, 3);
  assert.match(missing.stderr, "there is no program '/no/such/program'");
  assert.not.ok(missing.report);
});

test('a command longer than the duration is waited for', async () => {
  const { code, report } = await watch(
    '/',
    '--duration',
    '1s',
    '--',
    process.execPath,
    '-e',
    'setTimeout(() => {}, 4000)',
  );
  assert.is(code, 0);
  assert.ok((report?.wallSeconds ?? 0) > 5);
});

test.run();
