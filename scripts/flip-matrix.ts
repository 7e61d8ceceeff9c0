import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/base/package.ts';
import { changesPolicy, policies, policyNames } from '../src/catalogue/policies.ts';
import { switchoverNames } from '../src/catalogue/switchovers.ts';
import { type PresetName, presetNames } from '../src/scenario/schema.ts';
import { adviceTable } from './flip-matrix-advice.ts';
import { losslessWays, type NextRun, nextRun, withCells } from './flip-matrix-runs.ts';
import { betweenMarks, runMatrixScenario } from './flip-matrix-scenario.ts';
import { type Cell, cellsOf, matrixTable, type Row } from './flip-matrix-table.ts';

/*
 * Runs experiments/flip-matrix.yaml for the presets named (none: all) and writes what it measured into
 * scripts/flip-matrix.json, and the table of all of it, and of the best of it, into docs/flipping-safely.md. What is there
 * already is left as it is, so that it goes on where it stopped; --again forgets it first. --way WAY (again and again): only these ways, --policy POLICY:
 * only these policies. --lossless: of those only the quickest way of each direction that has lost nothing so far.
 * --repeats N: until each has so many repeats; --slice N: at most so many in one run. --for SECONDS:
 * begins no further run after that time. --parallel N: trials side by side. --cluster kind: on kind, in real time and one
 * trial after the other, into scripts/flip-matrix-kind.json and a table of its own. --keep FOLDER: the reports stay there.
 * --data FILE: written there alone. --table: the table alone, nothing is measured.
 * npm run build && node --import tsx scripts/flip-matrix.ts --for 120 haproxy azure
 */

const root = packageRoot();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    midflight: { type: 'string', default: join(root, 'dist/midflight.mjs') },
    for: { type: 'string', default: '86400' },
    way: { type: 'string', multiple: true, default: [...switchoverNames] },
    policy: { type: 'string', multiple: true, default: [...policyNames] },
    repeats: { type: 'string', default: '1' },
    slice: { type: 'string', default: '20' },
    parallel: { type: 'string', default: '4' },
    cluster: { type: 'string', default: 'embedded' },
    keep: { type: 'string' },
    data: { type: 'string' },
    lossless: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
  },
});
const clusters = {
  embedded: {
    data: 'flip-matrix.json',
    mark: 'matrix',
    adviceMark: 'advice',
    args: ['--parallel', values.parallel],
  },
  kind: { data: 'flip-matrix-kind.json', mark: 'matrix on kind', adviceMark: null, args: [] },
};
const isCluster = (name: string): name is keyof typeof clusters => Object.keys(clusters).includes(name);
if (!isCluster(values.cluster)) throw new Error(`no such cluster here: ${values.cluster}`);
const cluster = { name: values.cluster, ...clusters[values.cluster] };
const data = values.data ?? join(root, 'scripts', cluster.data);
const page = join(root, 'docs/flipping-safely.md');
const changing = policyNames.filter(changesPolicy);
const wanted = changing.filter(
  (name) => values.way.includes(policies[name].switchover ?? '') && values.policy.includes(name),
);

const isPreset = (name: string): name is PresetName => presetNames.some((known) => known === name);
const unknown = positionals.filter((name) => !isPreset(name));
if (unknown.length > 0) throw new Error(`no such preset: ${unknown.join(', ')}`);

const end = Date.now() + Number(values.for) * 1000;
const chosen = positionals.length > 0 ? positionals.filter(isPreset) : presetNames;
if (values.again)
  write(
    readRows().map((row) =>
      isPreset(row.preset) && chosen.includes(row.preset)
        ? { ...row, cells: row.cells.filter(({ policy }) => !wanted.some((name) => name === policy)) }
        : row,
    ),
  );
if (values.table) write(readRows());
else
  for (const preset of chosen) {
    for (let next = nextOf(preset); next !== null && Date.now() < end; next = nextOf(preset)) {
      const cells = measure(preset, next);
      write(withCells(readRows(), { preset, cells }, { presets: presetNames, policies: changing }));
      console.log(`${preset}: ${cells.length} of ${next.policies.length} policies, ${next.repeats} repeats`);
      if (cells.length === 0) break; // trials that say nothing are not kept; the next call measures them again
    }
  }

function nextOf(preset: string): NextRun | null {
  const cells = readRows().find((row) => row.preset === preset)?.cells ?? [];
  const best = losslessWays(cells.filter(({ policy }) => wanted.some((name) => name === policy)));
  return nextRun(cells, values.lossless ? best : wanted, {
    repeats: Number(values.repeats),
    slice: Number(values.slice),
  });
}

function write(rows: readonly Row[]): void {
  writeFileSync(data, `${JSON.stringify(rows, null, 2)}\n`);
  if (values.data !== undefined) return;
  const withTable = betweenMarks(readFileSync(page, 'utf8'), cluster.mark, matrixTable(rows));
  const { adviceMark } = cluster;
  writeFileSync(
    page,
    adviceMark === null ? withTable : betweenMarks(withTable, adviceMark, adviceTable(rows)),
  );
}

function readRows(): Row[] {
  return existsSync(data) ? JSON.parse(readFileSync(data, 'utf8')) : [];
}

function measure(preset: PresetName, { policies: missing, repeats, seed }: NextRun): Cell[] {
  if (values.keep !== undefined) mkdirSync(values.keep, { recursive: true });
  const folder = mkdtempSync(join(values.keep ?? tmpdir(), 'midflight-matrix-'));
  try {
    const args = ['--cluster', cluster.name, '--repeats', `${repeats}`, ...cluster.args];
    const wanted = { preset, policies: missing, seed };
    const { report, history } = runMatrixScenario(folder, wanted, { midflight: values.midflight, args });
    return cellsOf(report, history);
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}
