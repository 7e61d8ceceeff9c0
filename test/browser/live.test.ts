/// <reference lib="dom" />
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { serveUi } from '../../src/cli/ui-server.ts';
import { uiFeed } from '../../src/reports/ui/feed.ts';
import { chromiumFlags, chromiumOr } from '../support/chromium.ts';
import { history, ns } from '../support/history.ts';
import { basicPlan } from '../support/plan.ts';

/* The page of --ui in a browser: fed with a run's events, a part at a time. */
const executablePath = chromiumOr('the live page in a browser');
const test = suite('the live page in a browser');
let folder = '';
let context: BrowserContext;

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'midflight-live-'));
  context = await chromium.launchPersistentContext(folder, {
    executablePath: executablePath ?? '',
    args: chromiumFlags,
  });
});
test.after(async () => {
  await context?.close();
  rmSync(folder, { recursive: true, force: true });
});

const events = history()
  .trial(10, { policy: 'Cluster', fault: { kind: 'power-off', node: 'preemptible-0' } })
  .streams(3, { from: 1000, to: 21_000 })
  .streams(2, { from: 1000, to: 15_000, transit: 'preemptible-0', outcome: 'hung' })
  .fault(10_000)
  .probes({ from: 1000, to: 30_000 })
  .endTrial(31_000)
  .finish(32_000)
  .events()
  .sort((a, b) => a.t - b.t);

test('streams are dots, the killed node goes dark, what was lost is red, and the page ends with the run', async () => {
  const feed = uiFeed(basicPlan);
  const server = await serveUi('preemption', feed.frame);
  const upTo = (from: number, to: number) => {
    for (const event of events) if (event.t > ns(from) && event.t <= ns(to)) feed.event(event);
  };
  upTo(-1, 5000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => asked.push(new URL(request.url()).host));
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(server.url);
  await page.waitForFunction(() => document.querySelectorAll('#dots circle').length === 5);
  assert.is(await page.locator('.node.green').count(), 5);
  assert.is(await page.locator('.node.down').count(), 0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} px too wide on a phone`);

  // Once they have come to their nodes (the style moves them): beside every word, not over it.
  await page.waitForFunction(() => {
    const words = [...document.querySelectorAll('.node text')].map((one) => one.getBoundingClientRect());
    return [...document.querySelectorAll('#dots circle')]
      .map((one) => one.getBoundingClientRect())
      .every((dot) =>
        words.every(
          ({ left, right, top, bottom }) =>
            dot.right <= left || dot.left >= right || dot.bottom <= top || dot.top >= bottom,
        ),
      );
  });

  feed.wait({ what: '10 s without a failed probe', limitMs: 3_600_000 });
  await page.waitForFunction(() =>
    /^waiting for 10 s without a failed probe, 3\d\d\d s more at most$/.test(
      document.querySelector('#wait')?.textContent ?? '',
    ),
  );
  upTo(5000, 11_000);
  await page.waitForSelector('.node.down[data-node=preemptible-0]');
  upTo(11_000, 15_500);
  await page.waitForFunction(() => document.querySelectorAll('circle.gone').length === 2);

  upTo(15_500, 40_000);
  feed.end();
  await server.close();
  await page.waitForFunction(() => document.querySelector('#state')?.textContent?.includes('over'));
  assert.equal(complaints, []);
  assert.equal([...new Set(asked)], [new URL(server.url).host], 'nobody else was asked');
  await page.close();
});

// Without a browser an empty suite still tells the runner that the file came to its end.
(executablePath === null ? suite('no browser') : test).run();
