import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardChart } from '../../src/reports/html/charts.ts';
import type { TrialSeries } from '../../src/reports/html/series.ts';
import { accessibilityFindings } from '../support/accessibility.ts';
import { chromiumOr } from '../support/chromium.ts';
import { longNames, pageNames, type ReportPages, reportPages } from '../support/report-pages.ts';

/* report.html in two widths and two colour schemes, for the accessibility checker and for the keyboard. */
const test = suite('the layout of report.html in a browser');
const executablePath = chromiumOr('the layout of report.html in a browser');
const emptySeries: TrialSeries = {
  index: 0,
  end: 100,
  streams: [],
  streamsSeen: 0,
  probes: [],
  board: [],
  marks: [],
  phases: [],
};
let pages: ReportPages;
test.before(async () => {
  pages = await reportPages(executablePath ?? '');
});
test.after(() => pages?.close());

for (const name of pageNames) {
  test(`${name}: one file, nothing else asked for, no complaint`, async () => {
    const { page, requests, complaints } = await pages.open(name);
    assert.equal(requests, [pages.urlOf(name)]);
    assert.equal(complaints, []);
    await page.close();
  });

  for (const width of [390, 1280]) {
    test(`${name}: ${width} px wide, the page itself does not scroll sideways`, async () => {
      const { page } = await pages.open(name, width);
      const { scroll, client } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }));
      assert.ok(scroll <= client, `${scroll} in ${client}`);
      await page.close();
    });
  }

  for (const [scheme, width] of [
    ['light', 1280],
    ['dark', 1280],
    ['dark', 390],
  ] as const) {
    test(`${name}: the accessibility checker finds nothing, ${scheme}, ${width} px`, async () => {
      const { page } = await pages.open(name, width, scheme);
      const { rulesPassed, findings } = await accessibilityFindings(page);
      assert.ok(rulesPassed > 10, 'it has looked');
      assert.equal(findings, []);
      await page.close();
    });
  }
}

/** Words of a table's cells that stand on more than one line. Below 700 px the head is hidden: each cell has its title. */
const brokenWords = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const broken: string[] = [];
    for (const cell of document.querySelectorAll('tbody th, tbody td')) {
      const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        for (const { 0: word, index } of (node.nodeValue ?? '').matchAll(/[\p{L}\d]+/gu)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + word.length);
          const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
          if (lines.size > 1) broken.push(word);
        }
      }
    }
    return broken;
  });

for (const width of [390, 800, 1280]) {
  test(`${width} px: no word of a table is broken, but for names too long for any line`, async () => {
    for (const name of pageNames.filter((one) => one !== longNames)) {
      const { page } = await pages.open(name, width);
      assert.equal(await brokenWords(page), [], name);
      await page.close();
    }
    const { page } = await pages.open(longNames, width);
    const broken = await brokenWords(page);
    assert.ok(broken.length > 3, 'the names stand in tables');
    assert.equal(
      broken.filter((word) => word.length < 300),
      [],
    );
    await page.close();
  });
}

test('names of 300 characters widen no table', async () => {
  for (const width of [390, 1280]) {
    const { page } = await pages.open(longNames, width);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('.scroll:has(table)')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
        .map((one) => one.getAttribute('aria-label')),
    );
    assert.equal(wide, [], `${width} px`);
    await page.close();
  }
});

for (const width of [390, 1280]) {
  test(`${width} px: a name of 300 characters breaks, wherever it stands in the page's text`, async () => {
    const { page } = await pages.open('flip-then-loss', width);
    const { changed, scroll, client } = await page.evaluate((long) => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      let changed = 0;
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        const text = node.nodeValue ?? '';
        if (node.parentElement?.closest('svg, script, style') !== null) continue;
        node.nodeValue = text.replace(/preemptible-\d|flip-then-loss/g, long);
        if (node.nodeValue !== text) changed += 1;
      }
      const { scrollWidth, clientWidth } = document.documentElement;
      return { changed, scroll: scrollWidth, client: clientWidth };
    }, 'x'.repeat(300));
    assert.ok(changed > 5, `it stands in ${changed} places`);
    assert.ok(scroll <= client, `${scroll} in ${client}`);
    await page.close();
  });
}

for (const scheme of ['light', 'dark'] as const) {
  test(`a lost stream and one that was completed are distinguished by colour, ${scheme}`, async () => {
    const { page } = await pages.open('flip-then-loss', 1280, scheme);
    const colours = await page.evaluate(() => {
      const pairs = [...document.querySelectorAll('.streams line')].map((bar) => [
        bar.querySelector('title')?.textContent?.split(',')[0] ?? '',
        getComputedStyle(bar).stroke,
      ]);
      return { ...Object.fromEntries(pairs), ground: getComputedStyle(document.body).backgroundColor };
    });
    const { completed, hung, ground } = colours as Record<string, string>;
    assert.ok(completed?.startsWith('rgb') && hung?.startsWith('rgb'));
    assert.is(new Set([completed, hung, ground]).size, 3);
    assert.is(ground, scheme === 'dark' ? 'rgb(18, 22, 29)' : 'rgb(255, 255, 255)');
    await page.close();
  });
}

test('390 px: every table fits, cell by cell with its title; a chart that does not fit says that it scrolls', async () => {
  const { page } = await pages.open('flip-then-loss', 390);
  const found = await page.evaluate(() => {
    const tooWide = [...document.querySelectorAll('.scroll')].filter(
      (one) => getComputedStyle(one).display !== 'none' && one.scrollWidth > one.clientWidth + 1,
    );
    const charts = tooWide.filter((one) => one.querySelector('svg') !== null);
    return {
      tables: tooWide.filter((one) => one.querySelector('table') !== null).length,
      charts: charts.length,
      hints: charts
        .map((one) => one.parentElement?.querySelector('.hint') ?? one)
        .filter((one) => one.className === 'hint' && getComputedStyle(one).display !== 'none').length,
      labels: [...document.querySelectorAll('section[aria-labelledby=comparison] td')].filter(
        (one) => getComputedStyle(one, '::before').content.length > 2,
      ).length,
    };
  });
  assert.is(found.tables, 0);
  assert.ok(found.charts > 0);
  assert.is(found.hints, found.charts);
  assert.ok(found.labels >= 6, String(found.labels));
  await page.close();
});

test('1280 px: nothing scrolls sideways and no hint is shown', async () => {
  const { page } = await pages.open('flip-then-loss');
  const found = await page.evaluate(
    () =>
      [...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth + 1)
        .length +
      [...document.querySelectorAll('.hint')].filter((one) => getComputedStyle(one).display !== 'none')
        .length,
  );
  assert.is(found, 0);
  await page.close();
});

test('a long node name is whole, at its bar', async () => {
  const page = await pages.context.newPage();
  await page.setViewportSize({ width: 1280, height: 900 });
  for (const name of [
    'gke-prod-pool-1-abcdef-x9zz',
    'gke-production-eu-west-preemptible-pool-0a1b2c3d-x9zz',
  ]) {
    const series = { ...emptySeries, board: [{ node: name, state: 'green' as const, from: 0, to: 100 }] };
    await page.setContent(`<body style="margin:0;font:16px sans-serif">${boardChart(series)}</body>`);
    const inside = await page.evaluate((node) => {
      const svg = document.querySelector('svg')?.getBoundingClientRect();
      const [label] = [...document.querySelectorAll('text')].filter(
        ({ textContent }) => textContent === node,
      );
      const box = label?.getBoundingClientRect();
      return svg !== undefined && box !== undefined && box.left >= svg.left && box.right <= svg.right;
    }, name);
    assert.ok(inside, name);
  }
  await page.close();
});

test('labels of flip, fault and clocks do not cover each other', async () => {
  const { page } = await pages.open('flip-then-loss');
  const boxes = await page.evaluate(() =>
    [...document.querySelectorAll('figure svg')].map((svg) =>
      [...svg.querySelectorAll('.marks text')].map((text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        return { left, right, top, bottom, text: text.textContent };
      }),
    ),
  );
  assert.ok(boxes.some((labels) => labels.length >= 3));
  for (const labels of boxes) {
    for (const [index, one] of labels.entries()) {
      for (const other of labels.slice(index + 1)) {
        const apart =
          one.right <= other.left ||
          other.right <= one.left ||
          one.bottom <= other.top + 1 ||
          other.bottom <= one.top + 1;
        assert.ok(apart, `${one.text} and ${other.text}`);
      }
    }
  }
  await page.close();
});

test('without a mouse: what scrolls can be reached by the keyboard', async () => {
  const { page } = await pages.open('flip-then-loss', 400);
  const unreachable = await page.evaluate(
    () =>
      [...document.querySelectorAll<HTMLElement>('*')].filter(
        (one) =>
          one.scrollWidth > one.clientWidth + 1 &&
          getComputedStyle(one).overflowX === 'auto' &&
          one.tabIndex < 0,
      ).length,
  );
  assert.is(unreachable, 0);
  await page.close();
});

// Without a browser an empty suite still tells the runner that the file came to its end.
(executablePath === null ? suite('no browser') : test).run();
