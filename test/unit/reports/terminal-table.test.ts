import { stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Report } from '../../../src/analysis/schema.ts';
import { terminalReport } from '../../../src/reports/terminal.ts';
import { anExpectation, aReport, aRow, aTrial, threePolicies } from '../../support/report.ts';

const told = (report: Report, columns: number, colour = false) =>
  terminalReport(report, { columns, colour, folder: 'reports/x' });
const linesOf = (text: string) => text.trimEnd().split('\n');

test('160 columns: a line for each policy, a second line if flip and fault have figures of their own', () => {
  const lines = linesOf(told(threePolicies(), 160));
  assert.is(lines[0], 'preemption · embedded, timers 20x faster, shown in cluster time · seed 7 · 1 repeat');
  const head = lines.findIndex((line) => line.startsWith('policy '));
  assert.is(
    lines[head]?.replaceAll(/ {2,}/g, '|'),
    'policy|lost|expected|cause|failover|new connections failing|client address',
  );
  assert.is(
    lines[head + 1]?.replaceAll(/ {2,}/g, '|'),
    "Cluster|9 of 60, 15 % (8..26 %)|20 %|9 transit|20.2 s, resolution 1.5 s|27 % for 19.7 s|lost (another's)",
  );
  assert.is(
    lines[head + 2]?.replaceAll(/ {2,}/g, '|'),
    "Local|0 of 60, 0 % (0..6 %)|0 %|-|none|0 %|kept (client's)",
  );
  assert.match(
    lines[head + 3] ?? '',
    /^Cluster->Local .*8 transit +flip: 28\.7 s \(12\.6\.\.44\.8\) .*changes at the flip$/,
  );
  assert.match(lines[head + 4] ?? '', /^ +fault: none +fault: 0 %$/);
});

for (const columns of [80, 100, 160]) {
  test(`${columns} columns: a table, nothing wider, nothing cut`, () => {
    const text = told(threePolicies(), columns);
    const lines = linesOf(text);
    for (const line of lines) assert.ok([...line].length <= columns, line);
    const head = lines.findIndex((line) => line.startsWith('policy '));
    assert.ok(head > 0, 'a head of a table');
    // Every figure is there, though its cell may have been broken.
    const words = text.split(/\s+/).join(' ');
    for (const word of [
      '9 of 60',
      '20.2 s',
      '28.7 s',
      '(12.6..44.8)',
      'resolution',
      '46 %',
      'changes',
      'kept',
    ])
      assert.match(words, word);
  });
}

test('80 columns: two tables, the expected share beside the measured one, then why', () => {
  const lines = linesOf(told(threePolicies(), 80));
  const heads = lines.filter((line) => line.startsWith('policy ')).map((line) => line.split(/ {2,}/));
  assert.equal(heads[0]?.slice(0, 4), ['policy', 'lost', 'expected', 'failover']);
  assert.equal(heads[1], ['policy', 'cause', 'client address']);
  const second = lines.findIndex((line) => /^policy +cause/.test(line));
  assert.match(lines[second + 3] ?? '', /^Cluster->Local +8 transit +changes at the flip$/);
});

test('40 columns: one figure a line, under its policy', () => {
  const lines = linesOf(told(threePolicies(), 40));
  const at = lines.indexOf('Local');
  assert.ok(at > 0, lines.join('\n'));
  assert.match(lines[at + 1] ?? '', /^ {2}lost: 0 of 60/);
  assert.not.ok(lines.some((line) => /^policy +lost/.test(line)));
});

test('colour only if requested, and the text stays the same', () => {
  const plain = told(threePolicies(), 100);
  const coloured = told(threePolicies(), 100, true);
  assert.is(stripVTControlCharacters(plain), plain);
  assert.is.not(coloured, plain);
  assert.is(stripVTControlCharacters(coloured), plain);
});

test('expectations that did not hold are reported, with their line', () => {
  const reason = { code: 'late' as const, text: 'the probe was late' };
  const row = anExpectation({
    text: 'failover <= 10s',
    policy: 'Cluster',
    measured: 20.2,
    unit: 'seconds',
    line: 61,
  });
  const text = told(
    aReport({
      expectations: [
        { ...row, verdict: 'fail' },
        { ...row, verdict: 'unknown', line: null, reason },
        { ...row, verdict: 'unknown', text: 'lost > 0', line: 7, reason },
        { ...row, verdict: 'unknown', text: 'failover <= 2s', measured: null, line: null },
        { ...row, text: 'lost == 0', verdict: 'pass' },
      ],
    }),
    160,
  );
  assert.match(text, 'fail Cluster: expected failover <= 10s (line 61), measured 20.2 s');
  assert.match(text, 'unknown Cluster: failover <= 10s, lost > 0 (line 7): the probe was late\n');
  assert.match(text, 'unknown Cluster: failover <= 2s: not measured\n');
  assert.not.match(text, 'lost == 0');
});

test('a trial that proves nothing is named with its reason; notices once', () => {
  const trials = [aTrial({ verdict: 'unknown', reason: 'the probe was late', repeat: 2 })];
  const text = told(aReport({ trials, notices: ['one', 'one'] }), 160);
  assert.match(text, 'unknown: Cluster, repeat 3: the probe was late');
  assert.is(text.split('note: one').length, 2);
});

test('the answer stands above the table, each outage and what customers saw below it, marks explained', () => {
  const report = threePolicies();
  const [trial] = report.trials;
  const [fault] = trial?.disturbances ?? [];
  assert.ok(fault !== undefined);
  fault.outages = Array.from({ length: 20 }, (_, index) => ({
    beganSeconds: index,
    lastedSeconds: 0.5,
    resolutionSeconds: 0.5,
    sent: 2,
    failed: 2,
    share: 1,
  }));
  const lines = linesOf(told(report, 160));
  const at = (start: string) => lines.findIndex((line) => line.startsWith(start));
  const order = [
    'Power-off of preemptible-2 cost',
    'policy ',
    'When new connections failed',
    'Clients behind Cloudflare would have seen',
    'Under Cluster, power-off',
    'expected: the share that topology',
  ].map(at);
  assert.equal(
    order,
    [...order].sort((a, b) => a - b),
  );
  assert.ok(order.every((line) => line > 0));
  assert.match(lines.join('\n'), '9 more in report.html', 'a long table is cut, and says so');
  assert.match(lines.join('\n'), 'none: no new connection failed');
});

test('unknown repeats are marked in the table', () => {
  const comparison = [
    aRow({ repeats: 3, unknownRepeats: 1 }),
    aRow({ policy: 'Local', unknownRepeats: 1, started: 0 }),
  ];
  const text = told(aReport({ comparison }), 200);
  assert.match(text, 'Cluster (1 of 3 repeats unknown, left out)');
  assert.match(text, /Local \(unknown\) +unknown/);
});

test.run();
