import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, MidflightError, messageOf } from '../base/errors.ts';
import { ScenarioError } from './error.ts';
import { nearest } from './nearest.ts';

/** A scenario of every key is 4 kB; what is larger is another kind of file. */
export const mostBytes = 1_000_000;

/** The name of standard input on the command line, and in messages. */
export const stdinWord = '-';
export const stdinName = '<stdin>';

/**
 * The text of a scenario file. Throws `missing-file` for what is no regular file, is too large or may not be read, without
 * waiting for a FIFO or a device, and ScenarioError for what is no UTF-8.
 */
export function readScenarioFile(file: string): string {
  try {
    refuseOtherThanFiles(file);
    // Should it have become a FIFO meanwhile, opening it does not wait for a writer.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(descriptor).isFile()) throw notAFile(file, 'not a regular file');
      return decoded(readAtMost(descriptor, file), file);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw error instanceof MidflightError ? error : unreadable(file, error);
  }
}

/** The text of standard input, to its end. Throws as readScenarioFile does. */
export async function readScenarioStream(input: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > mostBytes) throw tooLarge(stdinName);
  }
  return decoded(Buffer.concat(chunks), stdinName);
}

function refuseOtherThanFiles(file: string): void {
  const stats = statSync(file);
  if (stats.isFile()) return;
  if (stats.isDirectory()) {
    throw notAFile(file, 'a folder, not a scenario file', 'name the file in it');
  }
  if (stats.isFIFO()) {
    throw notAFile(file, 'a pipe, not a file', 'to read standard input, write - in place of the file');
  }
  throw notAFile(file, stats.isSocket() ? 'a socket, not a file' : 'a device, not a file');
}

function readAtMost(descriptor: number, file: string): Buffer {
  // One byte more than allowed: files of /proc give no size beforehand.
  const buffer = Buffer.alloc(mostBytes + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += read;
    if (length > mostBytes) throw tooLarge(file);
    if (read === 0) return buffer.subarray(0, length);
  }
}

const notAFile = (file: string, what: string, hint = 'name a YAML file') =>
  new MidflightError('missing-file', `this is ${what}`, { where: file, hint });

const tooLarge = (file: string) =>
  new MidflightError('bad-scenario', `the file is larger than ${mostBytes / 1_000_000} MB`, {
    where: `${file}:1:1`,
    hint: 'name a scenario file; one with every key is about 4 kB',
  });

function decoded(bytes: Buffer, file: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    const what = 'the file is in UTF-16';
    throw new ScenarioError([{ file, line: 1, col: 1, what, hint: 'save it as UTF-8' }]);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The place: valid text up to it is the same with and without replacement characters.
    const text = new TextDecoder('utf-8').decode(bytes);
    const place = placeAt(text, firstInvalid(text, bytes));
    const what = 'this character is not in UTF-8';
    throw new ScenarioError([{ file, ...place, what, hint: 'save the file as UTF-8' }]);
  }
}

/** Whether a replacement character replaces something that the bytes do not spell out. */
function firstInvalid(text: string, bytes: Buffer): number {
  const spelt = Buffer.from('\uFFFD');
  for (let at = text.indexOf('\uFFFD'); at !== -1; at = text.indexOf('\uFFFD', at + 1)) {
    const byte = Buffer.byteLength(text.slice(0, at)) + (hasMark(bytes) ? 3 : 0);
    if (!bytes.subarray(byte, byte + 3).equals(spelt)) return at;
  }
  return 0;
}

const hasMark = (bytes: Buffer) => bytes.subarray(0, 3).equals(Buffer.from('\uFEFF'));

function placeAt(text: string, at: number) {
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, col: (lines.at(-1) ?? '').length + 1 };
}

function unreadable(file: string, error: unknown): MidflightError {
  const errno = errnoOf(error) ?? '';
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such file',
    EACCES: 'the file may not be read',
    EPERM: 'the file may not be read',
    ELOOP: 'its symbolic links go round in a circle',
    ENAMETOOLONG: 'the name is too long',
    ENXIO: 'this is a pipe or a socket, not a file',
    ERR_INVALID_ARG_VALUE: 'the name holds a NUL character',
  };
  const what = why[errno] ?? `the file cannot be read: ${messageOf(error)}`;
  const near = errno === 'ENOENT' ? nearest(basename(file), scenariosBeside(file)) : undefined;
  const hint = near === undefined ? 'name a scenario file' : `did you mean ${join(dirname(file), near)}?`;
  return new MidflightError('missing-file', what, { where: file || "''", hint });
}

/** YAML files beside a file, by name; not itself, which may be a link to nowhere. */
function scenariosBeside(file: string): string[] {
  try {
    return readdirSync(dirname(file)).filter((name) => /\.ya?ml$/.test(name) && name !== basename(file));
  } catch {
    return []; // no such folder
  }
}
