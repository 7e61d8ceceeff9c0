import { cellsOf, percent, targetCells } from './print.ts';
import type { Result } from './result.ts';

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function markdownTable(rows: readonly (readonly string[])[]): string {
  const [header = [], ...rest] = rows;
  return [row(header), row(header.map(() => '---')), ...rest.map(row)].join('\n');
}

function section(result: Result): string {
  return `## ${result.title}

${result.how.join('\n')}

${markdownTable(cellsOf(result))}

Measured ${result.at.slice(0, 16).replace('T', ' ')} UTC, \`npm run bench -- ${result.part}\`; just before, other programs took ${percent(result.busyBefore)} of all cores.`;
}

/** docs/benchmarks.md, from what was measured. */
export function benchmarksPage(results: readonly Result[]): string {
  const machine = results[0]?.machine;
  const tools = Object.entries(machine?.tools ?? {}).map(([name, version]) => `${name} ${version}`);
  const targets = results.flatMap((result) => result.targets.map(targetCells));
  return `# Benchmarks

Written by \`npm run bench -- --write-docs\` from what it measured; the numbers beside it are in \`bench/results/\`. Everything
runs on loopback, servers and clients on the same ${machine?.cores ?? '?'} cores: ${machine?.processor ?? '?'}, ${machine?.memoryGb ?? '?'} GB, Linux ${machine?.kernel ?? '?'},
Node ${machine?.node ?? '?'}; ${tools.join(', ')}.

Each figure comes from a single run of seconds. On an idle machine CPU seconds differ by a tenth from run to run, and the
upper ends of latencies by half; where other programs run beside it, latencies are several times as long, so each part
says how busy the machine was before it began. Ratios are of figures from one run, in which the tools took turns. No test
depends on any of this.

## Figures to reach

${markdownTable([['what', 'to reach', 'measured', ''], ...targets])}

${results.map(section).join('\n\n')}
`;
}
