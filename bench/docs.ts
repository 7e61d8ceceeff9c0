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

Measured ${result.at.slice(0, 16).replace('T', ' ')} UTC on ${result.machine.processor}, \`npm run bench -- ${result.part}\`; just before, other programs took ${percent(result.busyBefore)} of all cores${result.realTime ? ', and gave way: it ran at real-time priority' : ''}.`;
}

const partOf = (text: string): string | undefined => /`npm run bench -- ([\w-]+)`/.exec(text)?.[1];

/** What the page held before of the parts that were not measured anew, each still saying when it was measured. */
function kept(before: string, results: readonly Result[]) {
  const [, ...sections] = before.split(/^## /m).map((text) => text.trim());
  const named = sections.flatMap((text) => {
    const part = partOf(text);
    return part === undefined ? [] : [{ part, text: `## ${text}` }];
  });
  const rows = (sections.find((text) => text.startsWith('Figures to reach')) ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| what ') && !line.startsWith('| --- '));
  const measured = new Set(results.map(({ part }) => part));
  return { sections: named.filter(({ part }) => !measured.has(part)), rows };
}

/** Those of the page, with new figures in their places; then those that it did not have. */
function targetRows(before: readonly string[], results: readonly Result[]): string[] {
  const fresh = new Map(
    results.flatMap(({ targets }) =>
      targets.map((target) => [target.what, row(targetCells(target))] as const),
    ),
  );
  const whatOf = (line: string) => line.split('|')[1]?.trim() ?? '';
  const places = new Set(before.map(whatOf));
  return [
    ...before.map((line) => fresh.get(whatOf(line)) ?? line),
    ...[...fresh].flatMap(([what, line]) => (places.has(what) ? [] : [line])),
  ];
}

/**
 * docs/benchmarks.md, from what was measured, and from the page as it was (`before`) for parts that were not. `order`: of all
 * parts.
 */
export function benchmarksPage(results: readonly Result[], before: string, order: readonly string[]): string {
  const machine = results[0]?.machine;
  const tools = Object.entries(machine?.tools ?? {}).map(([name, version]) => `${name} ${version}`);
  const old = kept(before, results);
  const sections = [
    ...old.sections,
    ...results.map((result) => ({ part: result.part, text: section(result) })),
  ]
    .filter(({ part }) => order.includes(part))
    .sort((one, other) => order.indexOf(one.part) - order.indexOf(other.part));
  return `# Benchmarks

Written by \`npm run bench -- --write-docs\` from what it measured; the numbers beside it are in \`bench/results/\`. Everything
runs on loopback, servers and clients on the same ${machine?.cores ?? '?'} cores; the latest part on ${machine?.processor ?? '?'}, ${machine?.memoryGb ?? '?'} GB, Linux ${machine?.kernel ?? '?'},
Node ${machine?.node ?? '?'}; ${tools.join(', ')}.

Each figure comes from runs of seconds: from a single one, or where a table has \`turns\` from the middle one. From run to run
CPU seconds of one tool differed by up to a quarter, and the pace of this machine, which is a virtual one, from day to day
by up to two times: what bare Node sockets take beside the recorder shows which kind of day a part was measured on. The
upper ends of latencies differ more, most of all if other programs run beside it, so each
part says when it was measured and how busy the machine was just before it began: programs of the lowest priority count
there too, which give way to what is measured. Tools in one table took turns in one run. No test depends on any
of this.

## Figures to reach

${markdownTable([['what', 'to reach', 'measured', '']])}
${targetRows(old.rows, results).join('\n')}

${sections.map(({ text }) => text).join('\n\n')}
`;
}
