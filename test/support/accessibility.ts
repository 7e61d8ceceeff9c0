/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

interface RuleResult {
  readonly ruleId: string;
  /** Policy (VIOLATION, RECOMMENDATION, ...) and result (PASS, FAIL, POTENTIAL, MANUAL). */
  readonly value: readonly [string, string];
  readonly message: string;
  readonly snippet: string;
}

interface Engine {
  readonly Checker: new () => {
    check(node: Document, policies: readonly string[]): Promise<{ results: readonly RuleResult[] }>;
  };
}

const engine = readFileSync(
  createRequire(import.meta.url).resolve('accessibility-checker-engine/ace-window.js'),
  'utf8',
);

/**
 * Says that only widgets may be in the tab order. A table or chart that scrolls sideways has to be, or the keyboard cannot
 * scroll it (WCAG 2.1.1): there the page goes by axe-core's rule scrollable-region-focusable.
 */
const notFollowed = ['element_tabbable_role_valid'];

/**
 * What IBM's Equal Access engine (WCAG 2.2 A and AA, and its own rules) finds wrong with a page: every violation that is one,
 * not what a person would have to look at. The page is read again from its own text without its content security policy,
 * which lets no script in, the checker's neither.
 */
export async function accessibilityFindings(
  page: Page,
): Promise<{ rulesPassed: number; findings: string[] }> {
  const html = (await page.content()).replace(/<meta http-equiv[^>]*>/, '');
  const plain = await page.context().newPage();
  try {
    await plain.setViewportSize(page.viewportSize() ?? { width: 1280, height: 900 });
    const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
    await plain.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await plain.setContent(html);
    await plain.addScriptTag({ content: engine });
    const results = await plain.evaluate(async () => {
      const { Checker } = (globalThis as unknown as { ace: Engine }).ace;
      const found = await new Checker().check(document, ['IBM_Accessibility']);
      return found.results.map(({ ruleId, value, message, snippet }) => ({
        ruleId,
        value,
        message,
        snippet,
      }));
    });
    return {
      rulesPassed: new Set(results.filter(({ value }) => value[1] === 'PASS').map(({ ruleId }) => ruleId))
        .size,
      findings: results
        .filter(({ value: [policy, result] }) => policy === 'VIOLATION' && result === 'FAIL')
        .filter(({ ruleId }) => !notFollowed.includes(ruleId))
        .map(({ ruleId, message, snippet }) => `${ruleId}: ${message} ${snippet.slice(0, 200)}`),
    };
  } finally {
    await plain.close();
  }
}
