import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeReports } from '../../../src/reports/index.ts';
import { markdownLimit, markdownReport } from '../../../src/reports/markdown.ts';
import { terminalReport } from '../../../src/reports/terminal.ts';
import { aNote, anExpectation, aReport, aRow, aTrial, threePolicies } from '../../support/report.ts';

const linesOf = (text: string) => text.split('\n');

test('the comparison is one table, a row for each policy', () => {
  const text = markdownReport(threePolicies());
  const rows = linesOf(text).filter((line) => /^\| (Cluster|Local)/.test(line));
  assert.match(
    rows[0] ?? '',
    '| Cluster | 9 of 60, 15 % (8..26 %) | 20 % | 9 transit | 20.2 s, resolution 1.5 s |',
  );
  assert.match(text, "| kept (client's) |");
  assert.match(text, 'flip: 28.7 s (12.6..44.8)');
  assert.match(text, '- Under Local, power-off of preemptible-2 cut no stream: none went through it.');
  assert.match(text, '| lost == 0 | Local | 0 | pass |  |');
});

test('begins with the verdict, and reports it if the run did not finish', () => {
  assert.match(markdownReport(aReport()), /^# preemption: pass\n\n/);
  const aborted = aReport({ outcome: 'aborted', reason: 'no node was green', verdict: 'unknown' });
  assert.match(markdownReport(aborted), 'aborted: no node was green');
});

test('hidden characters of a scenario are in view in every report for people', () => {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));
  const report = aReport({ description: 'a\u001b[2Jb\u202ec\npass', provider: 'watch' });
  writeReports({ report, series: [], folder });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const shown = terminalReport(report, { columns: 200, colour: false, folder });
  for (const text of [read('report.md'), read('report.json'), read('junit.xml'), shown]) {
    assert.not.ok(text.includes('\u001b') || text.includes('\u202e'));
  }
  assert.match(shown, 'a\\u{1b}[2Jb\\u{202e}c pass');
  assert.is(JSON.parse(read('report.json')).description, report.description, 'JSON keeps the value');
  rmSync(folder, { recursive: true });
});

test('what Markdown would read as its own is shown as it stands', () => {
  const nasty = 'a|b *c* _d_ `e` [f](g) <script> ~h~ &amp; \\ {i}';
  const text = markdownReport(aReport({ description: nasty }));
  assert.match(text, 'a\\|b \\*c\\* \\_d\\_ \\`e\\` \\[f\\](g) \\<script> \\~h\\~ &amp;amp; \\\\ \\{i\\}');
});

test('a line that would begin a list, a quotation or a heading does not', () => {
  for (const begin of ['#', '>', '+', '=', '-']) {
    const [, , line] = linesOf(markdownReport(aReport({ description: `${begin} x` })));
    assert.is(line, `\\${begin} x`);
  }
  assert.is(linesOf(markdownReport(aReport({ description: '12. x' })))[2], '12\\. x');
  for (const plain of ['12 x', '12.5 s']) {
    assert.is(linesOf(markdownReport(aReport({ description: plain })))[2], plain);
  }
});

test('a line break breaks no table', () => {
  const expectations = [
    anExpectation({ text: 'lost\n== 0', policy: 'a\r\nb', measured: 'x|y', verdict: 'fail', line: null }),
  ];
  assert.match(
    markdownReport(aReport({ expectations: [...expectations] })),
    '| lost == 0 | a b | x\\|y | fail |  |',
  );
});

test('each trial has its clocks, and the reason of one that did not tick', () => {
  const [trial = aTrial()] = threePolicies().trials;
  const [disturbance] = trial.disturbances;
  assert.ok(disturbance !== undefined);
  disturbance.clocksSeconds.failover = 20.21;
  disturbance.clockNotes = {
    failover: aNote({ resolutionSeconds: 0.25 }),
    edgeEjected: aNote({ code: 'not-applicable', reason: 'no node was hit' }),
  };
  const text = markdownReport(aReport({ trials: [trial], comparison: [aRow()] }));
  assert.match(text, '## Cluster, repeat 1 · power-off of preemptible-2: pass');
  assert.match(text, '| failover | 20.21 s | resolution 0.3 s |');
  assert.match(text, /\| ejected by the edge \| \\?- \| no node was hit \|/);
});

test('notices are reported once', () => {
  const text = markdownReport(aReport({ notices: ['kernel timers', 'kernel timers'] }));
  assert.is(text.split('kernel timers').length, 2);
});

test('the answer, outages and the customers stand before the trials; marks are explained', () => {
  const text = markdownReport(threePolicies());
  const order = [
    'Power-off of preemptible-2 cost',
    '| policy | lost',
    'expected: the share',
    '**Clients behind',
    '## Cluster',
  ];
  const found = order.map((part) => text.indexOf(part));
  assert.equal(
    found,
    [...found].sort((a, b) => a - b),
  );
  assert.ok(
    found.every((at) => at > 0),
    found.join(' '),
  );
});

test('fits a comment on GitHub: whole trials are left out, and how many', () => {
  const [trial = aTrial()] = threePolicies().trials;
  const trials = Array.from({ length: 400 }, (_, index) => ({ ...trial, index }));
  const text = markdownReport({ ...threePolicies(), trials });
  assert.ok(Buffer.byteLength(text) <= markdownLimit + 1, String(Buffer.byteLength(text)));
  const shown = linesOf(text).filter((line) => line.startsWith('## ')).length;
  assert.match(text, `${400 - shown} more trials: see report.html.`);
  assert.ok(shown > 10);
});

test('a table that alone is too long is named in its place', () => {
  const expectations = Array.from({ length: 3000 }, () =>
    anExpectation({ text: 'lost <= 1000000000000000' }),
  );
  const text = markdownReport(aReport({ expectations, comparison: [aRow()] }));
  assert.ok(Buffer.byteLength(text) <= markdownLimit);
  assert.match(text, 'A table that is too long for Markdown: see report.html.');
  assert.match(text, '| Cluster |');
});

test.run();
