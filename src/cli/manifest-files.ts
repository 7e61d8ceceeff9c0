import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestFile } from '../audit/read/manifests.ts';
import { errnoOf, MidflightError } from '../base/errors.ts';
import { stdinName, stdinWord } from '../scenario/source.ts';
import type { Io } from './io.ts';

/** The dump of a cluster of 5,000 nodes is about 100 MB. */
const mostBytes = 500_000_000;

/** Manifest files, folders with all below them, and `-`. Throws `missing-file`. */
export async function manifestFiles(names: readonly string[], { stdin }: Io): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const name of names) {
    if (name === stdinWord) files.push({ file: stdinName, text: await readAll(stdin) });
    else for (const file of filesAt(name)) files.push({ file, text: textOf(file) });
  }
  return files;
}

async function readAll(stdin: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function filesAt(name: string): string[] {
  const stats = statOf(name);
  if (stats.isFile()) {
    if (stats.size <= mostBytes) return [name];
    throw new MidflightError('missing-file', `the file is larger than ${mostBytes / 1e6} MB`, {
      where: name,
      hint: 'write only what is needed: kubectl get nodes,svc,endpointslices,deploy,ds -A -o yaml',
    });
  }
  if (!stats.isDirectory()) {
    throw new MidflightError('missing-file', 'this is neither a file nor a folder', {
      where: name,
      hint: 'to read standard input, write - in place of the file',
    });
  }
  const found = readdirSync(name, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (found.length === 0) {
    throw new MidflightError('missing-file', 'there is no .yaml, .yml or .json file in this folder', {
      where: name,
      hint: 'render templates first: helm template …, kustomize build …',
    });
  }
  return found;
}

function statOf(name: string) {
  try {
    return statSync(name);
  } catch (error) {
    throw unreadable(name, error);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(where: string, error: unknown): MidflightError {
  const errno = errnoOf(error);
  const what =
    errno === 'ENOENT' || errno === 'ENOTDIR'
      ? 'there is no such file'
      : `the file cannot be read${errno === undefined ? '' : ` (${errno})`}`;
  return new MidflightError('missing-file', what, {
    where: where || "''",
    hint: 'name a manifest or a folder of them',
  });
}
