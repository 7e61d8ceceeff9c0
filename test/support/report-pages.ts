import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import type { TrialDetail } from '../../src/analysis/detail.ts';
import { analysis } from '../../src/analysis/index.ts';
import type { Report } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { eachEvent } from '../../src/history/reader.ts';
import { type HistoryEvent, historyEvent } from '../../src/history/schema.ts';
import { changesOf } from '../../src/reports/changes.ts';
import { htmlReport } from '../../src/reports/html/index.ts';
import { seriesReader } from '../../src/reports/html/series.ts';
import { chromiumFlags } from './chromium.ts';
/** A page of flip-then-loss whose nodes have names of 300 characters without a hyphen. */
export const longNames = 'long-names';

/** Histories whose pages are looked at. */
export const pageNames = [
  'flip-then-loss',
  'ingress-node-dies',
  'cluster-loses-carrier',
  'breaks-off',
  longNames,
] as const;

const asLong = (event: HistoryEvent): HistoryEvent =>
  historyEvent.parse(
    JSON.parse(
      JSON.stringify(event).replaceAll(/(p)reemptible-(\d)|(s)table-(\d)/g, `$1$3${'x'.repeat(298)}$2$4`),
    ),
  );

/** Of each page: what it asked for, and what it complained of. */
interface Opened {
  readonly page: Page;
  readonly requests: string[];
  readonly complaints: string[];
}

export type ReportPages = Awaited<ReturnType<typeof reportPages>>;

/** Pages of the report as a person opens them: files, in a browser that is not asked to run or fetch anything. */
export async function reportPages(executablePath: string) {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-browser-'));
  const reports = new Map<string, Report>();
  async function write(name: string): Promise<void> {
    const details: TrialDetail[] = [];
    const found = analysis({ onDetail: (detail) => details.push(detail) });
    const series = seriesReader();
    const history = name === longNames ? 'flip-then-loss' : name;
    await eachEvent(join(packageRoot(), 'test', 'histories', `${history}.ndjson`), (read) => {
      const event = name === longNames ? asLong(read) : read;
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
  for (const name of pageNames) await write(name);
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath,
    args: chromiumFlags,
  });
  return {
    context,
    urlOf,
    report: (name: string) => reports.get(name),
    async open(name: string, width = 1280, scheme: 'light' | 'dark' = 'light'): Promise<Opened> {
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
    },
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
