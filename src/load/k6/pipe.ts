import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eachLine } from '../../base/lines.ts';

/** A named pipe: k6 writes its samples there as they come, since its standard output is for people. */
interface NamedPipe {
  readonly path: string;
  /** Call it once, when the writer is gone: resolves when all that it wrote was read, and removes the pipe. */
  drain(): Promise<void>;
}

/** `onLine` gets each line. Needs mkfifo(1), as every Unix has it. Throws if no pipe can be made. */
export async function namedPipe(onLine: (line: string) => void): Promise<NamedPipe> {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-k6-'));
  const path = join(folder, 'samples.json');
  execFileSync('mkfifo', [path]);
  // A reader waits for a first writer, and is at its end when the last has gone: this one stays until drain().
  const held = openSync(path, constants.O_RDWR);
  const stream = createReadStream(path);
  const closed = once(stream, 'close');
  await once(stream, 'open');
  eachLine(stream, onLine);
  return {
    path,
    async drain() {
      closeSync(held);
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
