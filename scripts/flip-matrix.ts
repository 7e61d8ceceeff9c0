import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/base/package.ts';
import { policyNames } from '../src/catalogue/policies.ts';
import { presetNames } from '../src/scenario/schema.ts';
import { type Cell, cellsOf, matrixTable, type Row } from './flip-matrix-table.ts';

/*
 * Runs experiments/flip-matrix.yaml for the presets named (none: all) and writes their rows into scripts/flip-matrix.json, and
 * the table of all rows into docs/flipping-safely.md. In parts, since each preset takes a minute or two:
 * npm run build && node --import tsx scripts/flip-matrix.ts haproxy azure
 */

const root = packageRoot();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { midflight: { type: 'string', default: join(root, 'dist/midflight.mjs') } },
});
const data = join(root, 'scripts/flip-matrix.json');
const page = join(root, 'docs/flipping-safely.md');

const unknown = positionals.filter((name) => !presetNames.some((known) => known === name));
if (unknown.length > 0) throw new Error(`no such preset: ${unknown.join(', ')}`);

for (const preset of positionals.length > 0 ? positionals : presetNames) {
  const row: Row = { preset, cells: measure(preset) };
  const rows = readRows().filter((one) => one.preset !== preset);
  const sorted = [...rows, row].sort((a, b) => place(a) - place(b));
  writeFileSync(data, `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), matrixTable(sorted)));
  console.log(`${preset}: ${row.cells.length} cells`);
}

function place({ preset }: Row): number {
  return presetNames.findIndex((name) => name === preset);
}

function readRows(): Row[] {
  try {
    return JSON.parse(readFileSync(data, 'utf8'));
  } catch {
    return []; // the first row
  }
}

function measure(preset: string): Cell[] {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-matrix-'));
  try {
    const text = readFileSync(join(root, 'experiments/flip-matrix.yaml'), 'utf8');
    const file = join(folder, 'flip-matrix.yaml');
    writeFileSync(file, text.replace(/^ {2}preset: .*$/m, `  preset: ${preset}`));
    const out = join(folder, 'report');
    try {
      execFileSync(process.execPath, [values.midflight, 'run', file, '--out', out], { stdio: 'inherit' });
    } catch (error) {
      // 1 and 2: an expectation failed, or a trial is unknown: a refused one is.
      const status = (error as { status?: number }).status ?? -1;
      if (status !== 1 && status !== 2) throw error;
    }
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    const history = readFileSync(join(out, 'history.ndjson'), 'utf8').split('\n');
    const cells = cellsOf(report, history);
    const missing = policyNames
      .filter((name) => name.includes('->'))
      .filter((name) => !cells.some(({ policy }) => policy === name));
    if (missing.length > 0) throw new Error(`${preset}: no cell for ${missing.join(', ')}`);
    return cells;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The page with the table between its two marks. */
function withTable(text: string, table: string): string {
  const marks = /<!-- matrix -->[\s\S]*<!-- end of matrix -->/;
  if (!marks.test(text)) throw new Error('docs/flipping-safely.md has no place for the table');
  return text.replace(marks, () => `<!-- matrix -->\n${table}\n<!-- end of matrix -->`);
}
