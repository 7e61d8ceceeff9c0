import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';

/** Room for a trial's and a run's last line with their checksum. Bytes; two blocks of common file systems. */
const reserveBytes = 8192;

/**
 * Room on the disk of `file` that nobody else gets, for last words should it fill up: a file without a name, which goes with
 * this process at the latest. Returns how to give it back; null if there is none even now.
 */
export function reserveRoom(file: string): (() => void) | null {
  const name = `${file}.room`;
  try {
    const handle = openSync(name, 'wx');
    rmSync(name);
    writeSync(handle, Buffer.alloc(reserveBytes, 1));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      ftruncateSync(handle, 0);
      closeSync(handle);
    };
  } catch {
    return null;
  }
}
