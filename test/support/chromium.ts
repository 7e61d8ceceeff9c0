import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { skipped } from './skip.ts';

/** The machine's own Chromium; null where there is none, which is said as a skip of `what`. */
export function chromiumOr(what: string): string | null {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // not here
      }
    }
  }
  skipped('chromium', what, `none of ${names.join(', ')} is in PATH`);
  return null;
}

/** Without a sandbox it also runs as root; nothing of its own goes out to the network. */
export const chromiumFlags = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
