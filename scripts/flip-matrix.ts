import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/base/package.ts';
import { isSwitchover, policies, policyNames } from '../src/catalogue/policies.ts';
import { switchoverNames } from '../src/catalogue/switchovers.ts';
import { presets } from '../src/presets/index.ts';
import { type PresetName, presetNames } from '../src/scenario/schema.ts';
import { type Cell, cellsOf, matrixTable, type Row, timeScaleFor } from './flip-matrix-table.ts';

/*
 * Runs experiments/flip-matrix.yaml for the presets named (none: all) and writes what it measured into
 * scripts/flip-matrix.json, and the table of all of it into docs/flipping-safely.md. What is there already is left as it is,
 * so that it goes on where it stopped; --again measures it anew. --way WAY (again and again): only these ways. --for SECONDS: begins no further run after that time.
 * npm run build && node --import tsx scripts/flip-matrix.ts --for 120 haproxy azure
 */

const root = packageRoot();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    midflight: { type: 'string', default: join(root, 'dist/midflight.mjs') },
    for: { type: 'string', default: '86400' },
    way: { type: 'string', multiple: true, default: [...switchoverNames] },
    again: { type: 'boolean', default: false },
  },
});
const data = join(root, 'scripts/flip-matrix.json');
const page = join(root, 'docs/flipping-safely.md');
const changing = policyNames.filter(isSwitchover);
const wanted = changing.filter((name) => values.way.includes(policies[name].switchover ?? ''));

const isPreset = (name: string): name is PresetName => presetNames.some((known) => known === name);
const unknown = positionals.filter((name) => !isPreset(name));
if (unknown.length > 0) throw new Error(`no such preset: ${unknown.join(', ')}`);

const end = Date.now() + Number(values.for) * 1000;
for (const preset of positionals.length > 0 ? positionals.filter(isPreset) : presetNames) {
  const done = new Set(values.again ? [] : cellsSoFar(preset).map(({ policy }) => policy));
  const missing = wanted.filter((policy) => !done.has(policy));
  if (missing.length === 0 || Date.now() > end) continue;
  const cells = measure(preset, missing);
  keep(preset, cells);
  console.log(`${preset}: ${cells.length} of ${missing.length} cells`);
}

/** Cells that say nothing are not kept: the next run measures them again. */
function keep(preset: string, fresh: readonly Cell[]): void {
  const measured = new Set(fresh.map(({ policy }) => policy));
  const all = [...cellsSoFar(preset).filter(({ policy }) => !measured.has(policy)), ...fresh];
  const order = (cell: Cell) => changing.findIndex((name) => name === cell.policy);
  const row: Row = { preset, cells: all.sort((one, other) => order(one) - order(other)) };
  const rows = [...readRows().filter((one) => one.preset !== preset), row].sort(
    (a, b) => place(a) - place(b),
  );
  writeFileSync(data, `${JSON.stringify(rows, null, 2)}\n`);
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), matrixTable(rows)));
}

function place({ preset }: Row): number {
  return presetNames.findIndex((name) => name === preset);
}

function cellsSoFar(preset: string): readonly Cell[] {
  return readRows().find((row) => row.preset === preset)?.cells ?? [];
}

function readRows(): Row[] {
  return existsSync(data) ? JSON.parse(readFileSync(data, 'utf8')) : [];
}

function measure(preset: PresetName, missing: readonly string[]): Cell[] {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-matrix-'));
  try {
    const text = readFileSync(join(root, 'experiments/flip-matrix.yaml'), 'utf8');
    const file = join(folder, 'flip-matrix.yaml');
    const listed = missing.map((policy) => `  - ${policy}\n`).join('');
    writeFileSync(
      file,
      text
        .replace(/^ {2}preset: .*$/m, `  preset: ${preset}`)
        .replace(/^timeScale: .*$/m, `timeScale: ${timeScaleFor(presets[preset])}`)
        .replace(/^policies:\n( {2}- .*\n)+/m, `policies:\n${listed}`),
    );
    const out = join(folder, 'report');
    try {
      execFileSync(process.execPath, [values.midflight, 'run', file, '--out', out], { stdio: 'inherit' });
    } catch (error) {
      // 1 and 2: an expectation failed, or a trial is unknown: a refused one is.
      const status = (error as { status?: number }).status ?? -1;
      if (status !== 1 && status !== 2) throw error;
    }
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    return cellsOf(report, readFileSync(join(out, 'history.ndjson'), 'utf8').split('\n'));
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
