import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A state folder for all tests of one file, under the temporary one; as before once they are over. Returns its path. */
export function ownStateFolder(test: { after(hook: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-test-state-'));
  const before = process.env.MIDFLIGHT_STATE_DIR;
  process.env.MIDFLIGHT_STATE_DIR = folder;
  test.after(() => {
    if (before === undefined) delete process.env.MIDFLIGHT_STATE_DIR;
    else process.env.MIDFLIGHT_STATE_DIR = before;
    rmSync(folder, { recursive: true });
  });
  return folder;
}
