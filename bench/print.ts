import { table } from '../src/reports/table.ts';
import { type Result, reached, type Target } from './result.ts';

const figure = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined ? '-' : value.toFixed(digits);

/** The header and every row, cell by cell. */
export function cellsOf({ columns, rows }: Pick<Result, 'columns' | 'rows'>): string[][] {
  return [
    ['', ...columns.map(({ title }) => title)],
    ...rows.map(({ name, figures }) => [
      name,
      ...columns.map(({ key, digits }) => figure(figures[key], digits)),
    ]),
  ];
}

const withUnit = (value: number, unit: string) =>
  `${Number(value.toPrecision(3))}${unit === 'x' ? 'x' : unit === '' ? '' : ` ${unit}`}`;

/** What is asked, what was measured, and whether that is reached. */
export function targetCells(target: Target): [string, string, string, string] {
  const { what, measured, unit, limit, kind, note } = target;
  const verdict = { true: 'reached', false: 'missed', null: 'not measured' }[`${reached(target)}`];
  return [
    what,
    `${kind === 'at-most' ? (limit === 0 ? '' : '<= ') : '>= '}${withUnit(limit, unit)}`,
    measured === null ? '-' : withUnit(measured, unit),
    `${verdict}${note === undefined ? '' : ` (${note})`}`,
  ];
}

export const percent = (share: number | null): string =>
  share === null ? 'an unknown share' : `${Math.round(share * 100)} %`;

function lines(rows: readonly (readonly string[])[], width: number): string[] {
  return table(rows, width) ?? rows.map((row) => row.join('  '));
}

/** One part, as a terminal shows it. */
export function printed(result: Result, width: number): string {
  const targets = result.targets.map(targetCells);
  return [
    '',
    `${result.title} (${result.wallSeconds.toFixed(0)} s; others took ${percent(result.busyBefore)} of the cores before)`,
    ...lines(cellsOf(result), width).map((line) => `  ${line}`),
    ...(targets.length === 0 ? [] : ['']),
    ...lines(targets, width).map((line) => `  ${line}`),
  ].join('\n');
}
