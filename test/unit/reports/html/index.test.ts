import { parseHTML } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analysis } from '../../../../src/analysis/index.ts';
import { htmlReport } from '../../../../src/reports/html/index.ts';
import { seriesReader } from '../../../../src/reports/html/series.ts';
import { goldenHistories } from '../../../support/golden.ts';
import { type HistoryBuilder, history } from '../../../support/history.ts';
import { aReport, aTrial, threePolicies } from '../../../support/report.ts';

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
  const document = dom(htmlReport(threePolicies(), []));
  const [first] = [...document.querySelectorAll('main > section')];
  assert.is(first?.getAttribute('aria-labelledby'), 'comparison');
  assert.match(first?.textContent ?? '', 'flip: ');
  const before = document.querySelector('header .answer');
  assert.match(before?.textContent ?? '', 'Flip to Local: it avoids this loss', 'but for the answer, which is above all');
});

test('a watch: what was asked is said once, a long command does not run through the charts, its own clocks alone', () => {
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
