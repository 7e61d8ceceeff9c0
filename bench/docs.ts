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

Each figure comes from runs of seconds: from a single one, or where a table has \`turns\` from the middle one. From run to run
CPU seconds of one tool differed by up to a quarter, and the pace of this machine, which is a virtual one, from day to day
by up to two times: what bare Node sockets take beside the recorder tells which kind of day a part was measured on. The
upper ends of latencies differ more, most of all where other programs run beside it, so each
part says how busy the machine was just before it began. Tools that stand in one table took turns in one run. No test
depends on any of this.

## Figures to reach

${markdownTable([['what', 'to reach', 'measured', ''], ...targets])}

${results.map(section).join('\n\n')}
`;
}
