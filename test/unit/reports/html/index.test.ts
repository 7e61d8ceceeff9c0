import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analysis } from '../../../../src/analysis/index.ts';
import { packageRoot } from '../../../../src/base/package.ts';
import { changesOf } from '../../../../src/reports/changes.ts';
import { docsSections } from '../../../../src/reports/html/docs-link.ts';
import { htmlReport } from '../../../../src/reports/html/index.ts';
import { seriesReader } from '../../../../src/reports/html/series.ts';
import { markdownReport } from '../../../../src/reports/markdown.ts';
import { goldenHistories } from '../../../support/golden.ts';
import { type HistoryBuilder, history } from '../../../support/history.ts';
import { aReport, aRow, aTrial, threePolicies } from '../../../support/report.ts';

function htmlOf(builder: HistoryBuilder): string {
  const found = analysis();
  const series = seriesReader();
  for (const event of builder.events()) {
    series.take(event, found.take(event));
  }
  return htmlReport(found.report(), series.close());
}
const dom = (html: string) => parseHTML(html).document;

for (const [name, make] of goldenHistories) {
  test(`${name}: nothing of it comes from elsewhere, and nothing runs`, () => {
    const document = dom(htmlOf(make()));
    assert.is(document.querySelectorAll('script, link, iframe, object, embed, img').length, 0);
    // A link to the docs loads nothing until somebody follows it.
    for (const link of document.querySelectorAll('[href]'))
      assert.ok(/^#/.test(link.getAttribute('href') ?? '') || link.matches('a.docs[rel=noreferrer]'));
    const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]');
    assert.match(policy?.getAttribute('content') ?? '', "default-src 'none'");
  });

  test(`${name}: a section for each trial, and a link to each`, () => {
    const document = dom(htmlOf(make()));
    const links = [...document.querySelectorAll('nav a')].map((link) => link.getAttribute('href'));
    assert.ok(links.length > 0);
    for (const link of links) assert.ok(document.querySelector(`section${link}`), String(link));
  });
}

test('the comparison comes before everything else', () => {
  const document = dom(htmlReport(threePolicies(), []));
  const [first] = [...document.querySelectorAll('main > section')];
  assert.is(first?.getAttribute('aria-labelledby'), 'comparison');
  assert.match(first?.textContent ?? '', 'flip: ');
  const before = document.querySelector('header .answer');
  assert.match(
    before?.textContent ?? '',
    'Flip to Local: it avoids this loss',
    'but for the answer, which is above all',
  );
});

test('no heading stands above nothing: a policy of which no repeat counts has no sentence', () => {
  const row = aRow({ unknownRepeats: 1, started: 0, interval: null });
  const document = dom(htmlReport(aReport({ comparison: [row] }), []));
  assert.not.match(document.querySelector('main')?.textContent ?? '', 'In words');
  assert.match(dom(htmlReport(threePolicies(), [])).querySelector('main')?.textContent ?? '', 'In words');
});

test('a watch: its URL is reported once, a long command does not run through the charts, its own clocks alone', () => {
  const command = `sh -c ${'kubectl get pods; '.repeat(20)}`;
  const description = `http://shop.example/ while ${command} runs`;
  const document = dom(
    htmlOf(
      history({ plan: { provider: 'watch', description } })
        .trial(10, { policy: null })
        .stream({ from: 1000, to: 11_000, outcome: 'reset-mid-body', transit: null })
        .probes({ from: 1000, to: 20_000 })
        .command(10_000, command)
        .endTrial(21_000),
    ),
  );
  assert.is(document.body.textContent?.split('while sh -c').length, 2);
  for (const chart of document.querySelectorAll('svg')) assert.not.match(chart.textContent ?? '', command);
  assert.match(
    [...document.querySelectorAll('svg')].map((svg) => svg.textContent).join(' '),
    /kubectl get pods; .*…/,
  );
  assert.not.match(document.body.textContent ?? '', /no node died|as this balancer/);
});

test('text of a scenario cannot become markup', () => {
  const nasty = '<script>alert(1)</script>';
  const html = htmlReport(
    aReport({
      experiment: nasty,
      description: nasty,
      notices: [nasty],
      versions: { [nasty]: nasty },
      trials: [aTrial({ policy: nasty, reason: nasty })],
      outcome: 'failed',
      reason: nasty,
    }),
    [],
  );
  assert.is(dom(html).querySelector('script'), null);
  assert.not.match(html, '<script');
});

test('the scenario stands at the end, as it was read; it cannot become markup, nor hide anything', () => {
  const scenario = 'name: a # <script>\nnodes:\n  - count: 2\u202e\n';
  const document = dom(htmlReport(aReport(), [], { scenario }));
  const text = document.querySelector('details pre')?.textContent ?? '';
  assert.is(text, 'name: a # <script>\nnodes:\n  - count: 2\\u{202e}\n');
  assert.is(document.querySelector('script'), null);
  assert.is(dom(htmlReport(aReport(), [])).querySelector('details'), null, 'an older history has none');
});

test('with a baseline: each figure, what changed, and when the earlier run was', () => {
  const [before, after] = [threePolicies(), threePolicies()];
  const worse = {
    ...after,
    comparison: after.comparison.map((row) => (row.policy === 'Local' ? { ...row, lost: 30 } : row)),
  };
  const document = dom(htmlReport(worse, [], { changes: changesOf(before, worse) }));
  const section = document.querySelector('section[aria-labelledby=changes]');
  assert.match(section?.textContent ?? '', 'Compared with the run of 2026-01-01T00:00:00.000Z: 1 regression');
  const rows = [...(section?.querySelectorAll('tbody tr') ?? [])].map((row) => row.textContent ?? '');
  assert.ok(
    rows.some((row) => row.includes('0 of 60') && row.includes('30 of 60') && row.includes('regression')),
  );
  assert.match(
    markdownReport(worse, undefined, changesOf(before, worse)),
    '| Local | lost streams | 0 of 60 | 30 of 60 | regression |',
  );
  assert.is(dom(htmlReport(worse, [])).querySelector('#changes'), null);
});

test('each figure and each table of figures links to its explanation in the docs', () => {
  const headings = readFileSync(join(packageRoot(), 'docs', 'report.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('## '))
    .map((line) =>
      line
        .slice(3)
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  for (const [topic, anchor] of Object.entries(docsSections))
    assert.ok(headings.includes(anchor), `${topic}: docs/report.md has no ${anchor}`);
  const [[, make] = []] = goldenHistories;
  assert.ok(make !== undefined);
  const document = dom(htmlOf(make()));
  const without = [...document.querySelectorAll('figure')].filter(
    (one) =>
      one.querySelector('a.docs') === null && one.closest('section')?.querySelector('h2 a.docs') === null,
  );
  assert.equal(
    without.map((one) => one.textContent),
    [],
  );
  for (const link of document.querySelectorAll('a.docs'))
    assert.match(link.getAttribute('aria-label') ?? '', /^docs, how to read: ./);
});

test('20,000 streams and an hour of probes: the page stays small', () => {
  const builder = history().trial(0, { fault: { kind: 'power-off', node: 'preemptible-2' } });
  for (let index = 0; index < 20_000; index += 1) {
    const lost = index % 5 === 0;
    const from = 1000 + index;
    builder.stream({
      from,
      to: 60_000 + index / 10,
      ...(lost ? { outcome: 'hung' as const, lastByte: 30_000, transit: 'preemptible-2' } : {}),
    });
  }
  builder.fault(30_000).probes({ from: 0, to: 3_600_000, every: 500 }).endTrial(3_600_000);
  const html = htmlOf(builder);
  assert.match(html, 'of 20000');
  assert.ok(html.length < 400_000, `${html.length} characters for one trial`);
});

test.run();
