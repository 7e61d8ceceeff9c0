import { parseHTML } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analysis } from '../../../../src/analysis/index.ts';
import { htmlReport } from '../../../../src/reports/html/index.ts';
import { seriesReader } from '../../../../src/reports/html/series.ts';
import { goldenHistories } from '../../../support/golden.ts';
import { type HistoryBuilder, history } from '../../../support/history.ts';
import { aReport, aTrial } from '../../../support/report.ts';

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
    for (const link of document.querySelectorAll('[href]'))
      assert.match(link.getAttribute('href') ?? '', /^#/);
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
  const document = dom(htmlOf(goldenHistories.get('flip-then-loss')?.() ?? history()));
  const [first] = [...document.querySelectorAll('main > section')];
  assert.is(first?.getAttribute('aria-labelledby'), 'comparison');
  assert.match(first?.textContent ?? '', 'flip: ');
});

test('what a scenario says cannot become markup', () => {
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
