import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package.ts';
import { presets } from '../src/presets/index.ts';
import type { PresetName } from '../src/scenario/schema.ts';
import { streamSecondsFor, timeScaleFor } from './flip-matrix-table.ts';

/** What is measured in place of what experiments/flip-matrix.yaml says. */
interface Wanted {
  readonly preset: PresetName;
  readonly policies: readonly string[];
  readonly seed?: number;
  /** Further keys of the scenario, as YAML. */
  readonly more?: string;
}

/** experiments/flip-matrix.yaml for one preset and some policies, as fast as the preset's own times allow. */
export function matrixScenario(text: string, { preset, policies, seed, more = '' }: Wanted): string {
  const listed = policies.map((policy) => `  - ${policy}\n`).join('');
  return `${text
    .replace(/^ {2}preset: .*$/m, `  preset: ${preset}`)
    .replace(/^ {4}duration: 60s /m, `    duration: ${streamSecondsFor(presets[preset])}s `)
    .replace(/^timeScale: .*$/m, `timeScale: ${timeScaleFor(presets[preset])}`)
    .replace(/^seed: .*$/m, (was) => (seed === undefined ? was : `seed: ${seed}`))
    .replace(/^policies:\n( {2}- .*\n)+/m, `policies:\n${listed}`)}${more}`;
}

/** Runs it in this folder. `midflight`: the program; `args`: its further options. */
export function runMatrixScenario(
  folder: string,
  wanted: Wanted,
  { midflight, args }: { readonly midflight: string; readonly args: readonly string[] },
): { report: unknown; history: string[] } {
  const text = readFileSync(join(packageRoot(), 'experiments/flip-matrix.yaml'), 'utf8');
  const file = join(folder, 'flip-matrix.yaml');
  const out = join(folder, 'report');
  writeFileSync(file, matrixScenario(text, wanted));
  try {
    const all = [midflight, 'run', file, '--out', out, ...args, '--quiet'];
    execFileSync(process.execPath, all, { stdio: 'inherit' });
  } catch (error) {
    // 1 and 2: an expectation failed, or a trial is unknown: a refused one is.
    const status = (error as { status?: number }).status ?? -1;
    if (status !== 1 && status !== 2) throw error;
  }
  return {
    report: JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')),
    history: readFileSync(join(out, 'history.ndjson'), 'utf8').split('\n'),
  };
}

/** A page of docs/ with what is between its two marks replaced. */
export function betweenMarks(text: string, mark: string, content: string): string {
  const marks = new RegExp(`<!-- ${mark} -->[\\s\\S]*<!-- end of ${mark} -->`);
  if (!marks.test(text)) throw new Error(`the page has no place marked '${mark}'`);
  return text.replace(marks, () => `<!-- ${mark} -->\n${content}\n<!-- end of ${mark} -->`);
}
