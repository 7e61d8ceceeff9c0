// How the embedded cluster compares to a kind cluster, measured: writes the figures of docs/fidelity.md.
//   node --import tsx scripts/fidelity.ts scenarios DIR         the shipped experiments, kind's settings for both
//   node --import tsx scripts/fidelity.ts table EMBEDDED KIND   from two folders of <experiment>/report.json and history.ndjson
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { report } from '../src/analysis/schema.ts';
import { packageRoot } from '../src/base/package.ts';
import { nsPerSecond } from '../src/base/units.ts';
import { historyEvent } from '../src/history/schema.ts';
import { fidelityNotes } from './fidelity-notes.ts';
import { fidelityTables, type Measured } from './fidelity-tables.ts';

/** Low enough that two cores keep up with the probes of the kind blocks. */
const timeScale = 4;

const [action, first = '', second = ''] = process.argv.slice(2);
if (action === 'scenarios' && first !== '') scenarios(first);
else if (action === 'table' && second !== '') table(first, second);
else throw new Error('write: scenarios DIR, or: table EMBEDDED KIND');

/** Timers and load of an experiment's kind block stand in for its embedded block too: what differs then is the cluster. */
function scenarios(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const from = join(packageRoot(), 'experiments');
  for (const name of readdirSync(from).filter((file) => file.endsWith('.yaml'))) {
    const scenario = parse(readFileSync(join(from, name), 'utf8'));
    const { kind = {}, ...others } = scenario.providers ?? {};
    const providers = { ...others, kind, embedded: { ...kind, ...others.embedded, timeScale } };
    writeFileSync(join(folder, name), stringify({ ...scenario, providers }));
  }
}

function table(embedded: string, kind: string): void {
  const found = readdirSync(kind, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const pairs = found.map(({ name }) => ({
    embedded: read(join(embedded, name)),
    kind: read(join(kind, name)),
  }));
  const document = join(packageRoot(), 'docs', 'fidelity.md');
  const text = readFileSync(document, 'utf8');
  const [begin, end] = ['<!-- figures: written by scripts/fidelity.ts -->', '<!-- /figures -->'];
  const [before = '', rest] = text.split(begin);
  const [, after] = (rest ?? '').split(end);
  if (after === undefined) throw new Error(`docs/fidelity.md has no ${begin} ... ${end}`);
  const { markdown, unexplained } = fidelityTables(pairs, fidelityNotes);
  writeFileSync(document, `${before}${begin}\n\n${markdown}\n${end}${after}`);
  if (unexplained.length === 0) return;
  console.error(
    `differences that scripts/fidelity-notes.ts does not explain:\n  ${unexplained.join('\n  ')}`,
  );
  process.exitCode = 1;
}

function read(folder: string): Measured {
  const found = report.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
  const lines = readFileSync(join(folder, 'history.ndjson'), 'utf8').split('\n');
  const timeOf = (type: string) => {
    const line = lines.find((one) => one.startsWith(`{"type":"${type}"`));
    if (line === undefined) throw new Error(`${folder}/history.ndjson has no ${type}`);
    return historyEvent.parse(JSON.parse(line)).t;
  };
  return { report: found, firstLoadSeconds: (timeOf('start') - timeOf('header')) / nsPerSecond };
}
