import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yargs from 'yargs';
import { MidflightError } from '../src/base/errors.ts';
import { packageRoot } from '../src/base/package.ts';
import { benchmarksPage } from './docs.ts';
import { choose } from './parts.ts';
import { printed } from './print.ts';
import { type Part, type Result, result } from './result.ts';
import { busyShare, isRealTime, machineHere } from './support/machine.ts';

/*
 * npm run bench [-- PART... --streams N... --write-docs]: measures, prints a table for each part, and writes its figures to
 * bench/results/PART.json. --write-docs writes docs/benchmarks.md from all results there are, and leaves what it says of the other parts; alone it
 * measures nothing.
 */

const folder = join(packageRoot(), 'bench', 'results');

async function measure(part: Part): Promise<Result> {
  const busyBefore = await busyShare();
  const began = performance.now();
  const progress = (text: string) => process.stderr.write(`${part.name}: ${text}\n`);
  const limit = setTimeout(() => {
    process.stderr.write(`${part.name}: not done after ${part.limitSeconds} s, given up\n`);
    process.exit(3);
  }, part.limitSeconds * 1000);
  const figures = await part.run(progress);
  clearTimeout(limit);
  const one: Result = {
    part: part.name,
    ...figures,
    at: new Date().toISOString(),
    busyBefore,
    realTime: isRealTime(),
    wallSeconds: (performance.now() - began) / 1000,
    machine: machineHere(),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${part.name}.json`), `${JSON.stringify(one, null, 2)}\n`);
  return one;
}

/** What was measured here, in the order of the parts, not of the files' names. */
function results(order: readonly string[]): Result[] {
  const place = ({ part }: Result) => (order.indexOf(part) + order.length + 1) % (order.length + 1);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => result.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
    .sort((one, other) => place(one) - place(other));
}

async function main(): Promise<void> {
  const argv = await yargs(process.argv.slice(2))
    .scriptName('npm run bench --')
    .usage('$0 [PART...] [--streams N...] [--write-docs]')
    .option('streams', { type: 'number', array: true, describe: 'only parts of these sizes' })
    .option('write-docs', { type: 'boolean', default: false, describe: 'write docs/benchmarks.md' })
    .strictOptions()
    // Not by a word: `help` is a part.
    .help('h')
    .parse();
  const words = argv._.map(String);
  const docsAlone = argv.writeDocs && words.length === 0 && argv.streams === undefined;
  const parts = docsAlone ? [] : choose(words, argv.streams ?? null);
  for (const part of parts) console.log(printed(await measure(part), process.stdout.columns ?? 140));
  if (!argv.writeDocs) return;
  const order = choose([], null).map(({ name }) => name);
  const page = join(packageRoot(), 'docs', 'benchmarks.md');
  writeFileSync(page, benchmarksPage(results(order), readFileSync(page, 'utf8'), order));
}

// Tools outlive who is ended by a signal; they are killed at 'exit'.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
main().catch((error: unknown) => {
  if (!(error instanceof MidflightError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`);
  process.exitCode = error.exitCode;
});
