import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Programs of a test's own before everybody else's: each a shell script. */
export interface FakePrograms {
  readonly folder: string;
  /** What each was called with, in order: its name and arguments. */
  calls(): string[];
  set(name: string, script: string): void;
  remove(): void;
}

/** `scripts` by the program's name. With `alone` nothing else is to be found. Also gives midflight a state folder of its own. */
export function fakePrograms(scripts: Record<string, string>, { alone = false } = {}): FakePrograms {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls');
  mkdirSync(bin);
  writeFileSync(log, '');
  const set = (name: string, script: string) => {
    const file = join(bin, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> ${log}\n${script}\n`);
    chmodSync(file, 0o755);
  };
  for (const [name, script] of Object.entries(scripts)) set(name, script);
  const before = { PATH: process.env.PATH, MIDFLIGHT_STATE_DIR: process.env.MIDFLIGHT_STATE_DIR };
  process.env.PATH = alone ? bin : `${bin}${delimiter}${before.PATH}`;
  process.env.MIDFLIGHT_STATE_DIR = folder;
  return {
    folder,
    set,
    calls: () => readFileSync(log, 'utf8').split('\n').slice(0, -1),
    remove() {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
