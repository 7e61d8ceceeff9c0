/// <reference lib="dom" />
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumFlags, chromiumOr } from '../../test/support/chromium.ts';
import { at } from './stats.ts';

const turns = 5;

/**
 * Milliseconds from asking Chromium for this file until it is loaded and painted, the middle one of five, each in a fresh tab;
 * null without a Chromium. The browser itself is up already, as a reader's is.
 */
export async function openedInMs(file: string): Promise<number | null> {
  const executablePath = chromiumOr('opening the report in a browser');
  if (executablePath === null) return null;
  const profile = mkdtempSync(join(tmpdir(), 'midflight-bench-browser-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: chromiumFlags });
  try {
    const taken: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const page = await context.newPage();
      const began = performance.now();
      await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
      // The second frame begins once the first is painted.
      await page.evaluate(
        () =>
          new Promise<void>((painted) => requestAnimationFrame(() => requestAnimationFrame(() => painted()))),
      );
      taken.push(performance.now() - began);
      await page.close();
    }
    return at(0.5, taken);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
