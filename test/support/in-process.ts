import { PassThrough, Readable } from 'node:stream';
import * as assert from 'uvu/assert';
import { failureOf } from '../../src/cli/failure.ts';
import type { Io } from '../../src/cli/io.ts';
import { program } from '../../src/cli/program.ts';
import { validateFiles } from '../../src/cli/validate-files.ts';
import { textOf } from './text-of.ts';

interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of the processor: other work on the machine does not count. */
  readonly seconds: number;
}

/** A command line in this process, with what comes from standard input. */
export const tell = (argv: readonly string[], stdin: string | Buffer = '', env = {}): Promise<Told> =>
  told((io) => program(argv, io), stdin, env);

/** `validate -` without what takes a command line apart, which is most of the time that a small file takes. */
export const tellValidate = (text: string | Buffer): Promise<Told> =>
  told((io) => validateFiles(['-'], io), text).catch((error) => {
    const { text: stderr, exitCode: code } = failureOf(error);
    return { code, stdout: '', stderr, seconds: 0 };
  });

async function told(work: (io: Io) => Promise<number>, stdin: string | Buffer, env = {}): Promise<Told> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const began = process.cpuUsage();
  const code = await work({ stdout, stderr, env, stdin: Readable.from([stdin]) });
  const { user, system } = process.cpuUsage(began);
  const text = textOf;
  return { code, stdout: text(stdout), stderr: text(stderr), seconds: (user + system) / 1e6 };
}

/** Words of the libraries that we read with, and of a defect. */
const leaked =
  /zod|invalid_|unrecognized|expected (string|number|object)|implicit (map|key)|block (scalar|sequence|mapping)|flow (map|seq)|Unresolved|YAMLParse|call stack|non-option|internal error|\bundefined\b|\[object|\n {4}at /i;

/** Refused with 64, at once, on stderr alone, in words of ours, and with what to do below each problem. */
export function assertRefused({ code, stdout, stderr, seconds }: Told, what: string): void {
  assert.is(code, 64, `${what}\n${stdout}${stderr}`);
  assert.is(stdout, '', what);
  assert.ok(seconds < 20, `${what}: ${seconds} s of CPU`);
  assert.not.match(stderr, leaked, what);
  const lines = stderr.trimEnd().split('\n');
  const problems = lines.filter((line) => !line.startsWith('  ') && !/^and \d+ more/.test(line)).length;
  assert.ok(problems > 0, `${what}: nothing is said`);
  const withHint = lines.filter(
    (line, index) => !line.startsWith('  ') && lines[index + 1]?.startsWith('  '),
  );
  assert.is(withHint.length, problems, `${what}: nothing to do is said\n${stderr}`);
}
