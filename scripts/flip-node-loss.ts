import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/base/package.ts';
import { changesPolicy, type PolicyName, policyNames } from '../src/catalogue/policies.ts';
import { strategyOf } from '../src/policies/index.ts';
import { presets } from '../src/presets/index.ts';
import { betweenMarks, runMatrixScenario } from './flip-matrix-scenario.ts';
import { type NodeLoss, nodeLosses, nodeLossTable, withLosses } from './flip-node-loss-table.ts';

/*
 * Kills a node that runs nothing in the middle of every step of every way to change the policy: what is lost, and whether the
 * undo restores the state all the same. Writes the table into docs/flipping-safely.md. A trial that says nothing, because
 * this machine was too slow, is left out: the next call measures what is missing. --step N (again and again): these
 * steps alone. --again: also what is measured already (scripts/flip-node-loss.json). --keep FOLDER: the reports stay there.
 * --table: the table alone.
 * npm run build && node --import tsx scripts/flip-node-loss.ts
 */

const root = packageRoot();
const { values } = parseArgs({
  options: {
    midflight: { type: 'string', default: join(root, 'dist/midflight.mjs') },
    step: { type: 'string', multiple: true },
    parallel: { type: 'string', default: '4' },
    keep: { type: 'string' },
    again: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
  },
});
const preset = 'custom'; // it can be pinned, told to keep connections, and honours the label: no way is refused
const stepsOf = (policy: PolicyName) =>
  strategyOf(policy, presets[preset]).switchOver?.steps.map(({ name }) => name) ?? [];
// In place is one patch, which the next trial's own patch takes back: there is nothing to undo.
const ways = policyNames.filter((name) => changesPolicy(name) && stepsOf(name).length > 1);
const all = ways.flatMap((policy) =>
  stepsOf(policy).map((name, index) => ({ policy, step: index + 1, name })),
);

const data = join(root, 'scripts/flip-node-loss.json');
const page = join(root, 'docs/flipping-safely.md');
const known = (): NodeLoss[] => (existsSync(data) ? JSON.parse(readFileSync(data, 'utf8')) : []);
const steps = values.step?.map(Number) ?? [...new Set(all.map(({ step }) => step))];

if (values.table) write(known());
else
  for (const step of steps) {
    const has = (policy: string) => known().some((one) => one.policy === policy && one.step === step);
    const missing = all.filter((one) => one.step === step && (values.again || !has(one.policy)));
    if (missing.length === 0) continue;
    const found = measure(
      step,
      missing.map(({ policy }) => policy),
    );
    write(withLosses(known(), found));
    console.log(`step ${step}: ${found.length} of ${missing.length} ways`);
  }

function write(losses: readonly NodeLoss[]): void {
  writeFileSync(data, `${JSON.stringify(losses, null, 2)}\n`);
  writeFileSync(page, betweenMarks(readFileSync(page, 'utf8'), 'node loss', nodeLossTable(all, losses)));
}

function measure(step: number, policies: readonly PolicyName[]): NodeLoss[] {
  const folder = mkdtempSync(join(values.keep ?? tmpdir(), 'midflight-node-loss-'));
  const more = `observe: short
fault:
  kind: power-off
  target: { runs: nothing }
  trigger: { duringStep: ${step} }
`;
  try {
    const args = ['--parallel', values.parallel];
    const { report, history } = runMatrixScenario(
      folder,
      { preset, policies, more },
      { midflight: values.midflight, args },
    );
    return nodeLosses(report, history, step);
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}
