import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

/** One thing that a cluster needs of this machine. */
export interface DoctorCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do if it is not ok. */
  readonly hint: string | null;
}

export const doctorCheck = (name: string, ok: boolean, detail: string, hint: string): DoctorCheck => ({
  name,
  ok,
  detail,
  hint: ok ? null : hint,
});

/** The oldest Node.js that its makers still maintain: 20 ended in April 2026 (nodejs/Release, schedule.json). */
export const supportedNode = 22;

/** Node.js 20.19 and later work too; `engines` of package.json has the limits. */
export function nodeVersion(version: string = process.version): DoctorCheck {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const works = major > 20 || (major === 20 && minor >= 19);
  const detail =
    works && major < supportedNode ? `${version}: still works, but gets no security fixes any more` : version;
  return doctorCheck('Node.js', works, detail, `install Node.js ${supportedNode} or later`);
}

/** `wanted` in GiB: measured for five nodes. */
export function freeMemory(wanted: number): DoctorCheck {
  const free = availableMemory() / 2 ** 30;
  const detail = `${free.toFixed(1)} of ${(totalmem() / 2 ** 30).toFixed(1)} GiB free, ${wanted} needed`;
  return doctorCheck('memory', free >= wanted, detail, 'end other programs, or use fewer nodes');
}

/** What the kernel would give without swapping; freemem() leaves caches out. */
function availableMemory(): number {
  const text = readIfThere('/proc/meminfo');
  const kib = /^MemAvailable:\s+(\d+)/m.exec(text)?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1024;
}

/** '' if there is no such file. */
export function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
