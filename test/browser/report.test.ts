import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lostTable, script } from '../../src/reports/html/lost-table.ts';
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
  if (await page.locator('button.all').isVisible()) await page.locator('button.all').click();
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

test('of many lost requests the first are shown, those that match first of all, and all at a click or on paper', async () => {
  const lost = Array.from({ length: 100 }, (_, at) => ({
    ...{ id: `1-probe-${at}`, kind: 'new' as const, startedSeconds: at, endedSeconds: at + 1 },
    ...{ phase: 'connecting' as const, bytes: 0, outcome: 'connect-timeout', cdn: '522' as const },
    ...{ path: { transit: 'spot-0', ingress: null, endpoint: null }, proven: true, lostTo: null },
    ...{ cause: at === 99 ? ('ingress' as const) : ('transit' as const), contradiction: null, own: null },
    logged: false,
  }));
  const all = { index: 0, policy: 'Cluster', repeat: 0, flows: [], nodes: [] };
  const detail = { ...all, lost, lostInAll: lost.length };
  const { page } = await pages.open('breaks-off');
  await page.setContent(`<main>${lostTable([detail])}</main><script>${script}</script>`);
  const rows = page.locator('table.requests tbody tr');
  const shown = () => page.locator('form.filter output').textContent();
  const button = page.locator('button.all');
  assert.is(await rows.count(), 40);
  assert.is(await shown(), '40 of 100 shown');
  assert.is(await button.textContent(), 'Show all 100');
  await page.selectOption('form.filter [name=cause]', 'ingress');
  assert.is(await rows.count(), 1, 'the last of them is found');
  assert.not.ok(await button.isVisible());
  await page.selectOption('form.filter [name=cause]', '');
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.is(await rows.count(), 100);
  await page.setContent(`<main>${lostTable([detail])}</main><script>${script}</script>`);
  await button.click();
  assert.is(await rows.count(), 100);
  assert.not.ok(await button.isVisible());
  await page.close();
});

test('the path is there for each policy, with the dead node marked', async () => {
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
