import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumOr } from '../support/chromium.ts';
import { type ReportPages, reportPages } from '../support/report-pages.ts';

/* What a reader finds in report.html. */
const test = suite('report.html in a browser');
const executablePath = chromiumOr('report.html in a browser');
let pages: ReportPages;
test.before(async () => {
  pages = await reportPages(executablePath ?? '');
});
test.after(() => pages?.close());

test('the comparison is what one sees first, with a row for each policy', async () => {
  const { page } = await pages.open('ingress-node-dies');
  const table = page.locator('section[aria-labelledby=comparison] table').first();
  const box = await table.boundingBox();
  assert.ok(box !== null && box.y + box.height < 900, 'without scrolling');
  const rows = await table.locator('tbody th').allTextContents();
  assert.equal(rows, ['Cluster', 'Local']);
  await page.close();
});

test('each trial has its streams, its probes and its board', async () => {
  const { page } = await pages.open('flip-then-loss');
  const report = pages.report('flip-then-loss');
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

test('every lost request: filtered by its words and its cause, sorted by any column; no complaint of the policy', async () => {
  const { page, complaints } = await pages.open('flip-then-loss');
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
  const { page } = await pages.open('ingress-node-dies', 390);
  assert.is(await page.locator('.path svg').count(), 2);
  assert.is(await page.locator('.path .cross').count(), 2);
  await page.close();
});

test('the codes that customers see are explained in the page', async () => {
  const { page } = await pages.open('flip-then-loss');
  const terms = await page.locator('dt').allTextContents();
  for (const term of ['520', '522', 'none', '-', 'unknown', 'failover', 'outage', 'resolution', 'expected'])
    assert.ok(terms.includes(term), term);
  await page.close();
});

// Without a browser an empty suite still tells the runner that the file came to its end.
(executablePath === null ? suite('no browser') : test).run();
