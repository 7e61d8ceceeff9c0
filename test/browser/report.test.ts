/// <reference lib="dom" />
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TrialDetail } from '../../src/analysis/detail.ts';
import { analysis } from '../../src/analysis/index.ts';
import type { Report } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { eachEvent } from '../../src/history/reader.ts';
import { changesOf } from '../../src/reports/changes.ts';
import { boardChart } from '../../src/reports/html/charts.ts';
import { htmlReport } from '../../src/reports/html/index.ts';
import { seriesReader, type TrialSeries } from '../../src/reports/html/series.ts';
import { chromiumFlags, chromiumOr } from '../support/chromium.ts';

/* report.html as a person opens it: a file, in a browser that is not asked to run or fetch anything. */
const test = suite('report.html in a browser');
const executablePath = chromiumOr('report.html in a browser');
let folder = '';
const histories = ['flip-then-loss', 'ingress-node-dies', 'cluster-loses-carrier', 'breaks-off'] as const;
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
const reports = new Map<string, Report>();
let context: BrowserContext;

/** Of each page: what it asked for, and what it complained of. */
interface Opened {
  readonly page: Page;
  readonly requests: string[];
  readonly complaints: string[];
}

async function write(name: string): Promise<void> {
  const details: TrialDetail[] = [];
  const found = analysis({ onDetail: (detail) => details.push(detail) });
  const series = seriesReader();
  await eachEvent(join(packageRoot(), 'test', 'histories', `${name}.ndjson`), (event) => {
    series.take(event, found.take(event));
  });
  const report = found.report();
  reports.set(name, report);
  writeFileSync(
    join(folder, `${name}.html`),
    htmlReport(report, series.close(), {
      details,
      scenario: 'name: shown\nseed: 7\n',
      changes: changesOf(report, report),
    }),
  );
}

const urlOf = (name: string) => pathToFileURL(join(folder, `${name}.html`)).href;

async function open(name: string, width = 1280, scheme: 'light' | 'dark' = 'light'): Promise<Opened> {
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(urlOf(name));
  return { page, requests, complaints };
}

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'midflight-browser-'));
  for (const name of histories) await write(name);
  context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: executablePath ?? '',
    args: chromiumFlags,
  });
});

test.after(async () => {
  await context?.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const name of histories) {
  test(`${name}: one file, nothing else asked for, no complaint`, async () => {
    const { page, requests, complaints } = await open(name);
    assert.equal(requests, [urlOf(name)]);
    assert.equal(complaints, []);
    await page.close();
  });

  for (const width of [390, 1280]) {
    test(`${name}: ${width} px wide, the page itself does not scroll sideways`, async () => {
      const { page } = await open(name, width);
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
    test(`${name}: axe finds nothing, ${scheme}, ${width} px`, async () => {
      const { page } = await open(name, width, scheme);
      // The file's own policy lets no script in, axe's neither: the same text in a page that has none.
      const html = (await page.content()).replace(/<meta http-equiv[^>]*>/, '');
      await page.setContent(html);
      const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      assert.ok(passes.length > 10, 'it has looked');
      assert.equal(
        violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html: at }) => at.slice(0, 200)).join(' | ')}`,
        ),
        [],
      );
      await page.close();
    });
  }
}

test('the comparison is what one sees first, with a row for each policy', async () => {
  const { page } = await open('ingress-node-dies');
  const table = page.locator('section[aria-labelledby=comparison] table').first();
  const box = await table.boundingBox();
  assert.ok(box !== null && box.y + box.height < 900, 'without scrolling');
  const rows = await table.locator('tbody th').allTextContents();
  assert.equal(rows, ['Cluster', 'Local']);
  await page.close();
});

test('each trial has its streams, its probes and its board', async () => {
  const { page } = await open('flip-then-loss');
  const report = reports.get('flip-then-loss');
  for (const { index, requests } of report?.trials ?? []) {
    const trial = page.locator(`#trial-${index + 1}`);
    assert.is(await trial.locator('.streams line').count(), requests.started, 'a bar for each stream');
    assert.ok((await trial.locator('.probes rect').count()) > 0);
    assert.ok((await trial.locator('.board rect').count()) > 0);
    const text = (await trial.locator('svg').first().textContent()) ?? '';
    for (const mark of ['Cluster->Local', 'power-off preemptible-1', 'failover +']) {
      assert.ok(text.includes(mark), `${mark} is marked`);
    }
  }
  await page.close();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`a lost stream and one that was completed are told apart by colour, ${scheme}`, async () => {
    const { page } = await open('flip-then-loss', 1280, scheme);
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
  const { page } = await open('flip-then-loss', 390);
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
  const { page } = await open('flip-then-loss');
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

test('every lost request: filtered by its words and its cause, sorted by any column; no complaint of the policy', async () => {
  const { page, complaints } = await open('flip-then-loss');
  const rows = page.locator('table.requests tbody tr');
  const all = await rows.count();
  assert.ok(all > 1, String(all));
  assert.match((await page.locator('form.filter output').textContent()) ?? '', `${all} of ${all} shown`);
  const column = (name: string) => page.locator(`table.requests td[data-label="${name}"]`).allTextContents();
  await page.selectOption('form.filter [name=cause]', 'transit');
  const causes = await column('cause');
  assert.ok(causes.length > 0 && causes.length < all, String(causes.length));
  assert.equal([...new Set(causes)], ['transit']);
  await page.selectOption('form.filter [name=cause]', '');
  await page.locator('table.requests thead button', { hasText: 'when' }).click();
  const down = (await column('when')).map((text) => Number.parseFloat(text));
  assert.equal(
    down,
    [...down].sort((a, b) => b - a),
  );
  await page.fill('form.filter [type=search]', 'no such words');
  assert.is(await rows.count(), 0);
  assert.equal(complaints, []);
  await page.close();
});

test('the path stands there for each policy, with the dead node marked', async () => {
  const { page } = await open('ingress-node-dies', 390);
  assert.is(await page.locator('.path svg').count(), 2);
  assert.is(await page.locator('.path .cross').count(), 2);
  await page.close();
});

test('a long node name is whole, at its bar', async () => {
  const page = await context.newPage();
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

test('the codes that customers see are explained in the page', async () => {
  const { page } = await open('flip-then-loss');
  const terms = await page.locator('dt').allTextContents();
  for (const term of ['520', '522', 'none', '-', 'unknown', 'failover', 'outage', 'resolution', 'expected'])
    assert.ok(terms.includes(term), term);
  await page.close();
});

test('labels of flip, fault and clocks do not cover each other', async () => {
  const { page } = await open('flip-then-loss');
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
  const { page } = await open('flip-then-loss', 400);
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
