import { switchoverNames, switchovers } from '../src/catalogue/switchovers.ts';
import type { Cell, Row } from './flip-matrix-table.ts';

/** What is to be measured next for one preset. */
export interface NextRun {
  readonly policies: readonly string[];
  readonly repeats: number;
  readonly seed: number;
}

const firstSeed = 11;

/** A policy is its direction, and the way behind a slash unless it is in place. */
export const directionOf = ({ policy }: Cell) => policy.split('/')[0];

const movesClients = ({ policy }: Cell): boolean =>
  switchoverNames.some((name) => policy.endsWith(`/${name}`) && switchovers[name].movesClients === true);

/**
 * The policies with the fewest repeats, until each has `repeats` of them, at most `slice` at once; null: all have enough.
 * A refused policy is refused every time: once is enough. Each run has another seed.
 */
export function nextRun(
  cells: readonly Cell[],
  wanted: readonly string[],
  { repeats, slice }: { readonly repeats: number; readonly slice: number },
): NextRun | null {
  const has = (policy: string) => {
    const cell = cells.find((one) => one.policy === policy);
    if (cell === undefined) return 0;
    return cell.reason === null ? cell.repeats : repeats;
  };
  const fewest = Math.min(...wanted.map(has));
  if (wanted.length === 0 || fewest >= repeats) return null;
  return {
    policies: wanted.filter((policy) => has(policy) === fewest),
    repeats: Math.min(repeats - fewest, slice),
    seed: firstSeed + fewest,
  };
}

/**
 * For each direction the quickest way that lost nothing so far, if there is one. One patch is the quickest; clients are
 * given another address only if nothing else is without loss.
 */
export function losslessWays(cells: readonly Cell[]): string[] {
  const lossless = cells
    .filter(({ reason, clean, repeats }) => reason === null && clean === repeats)
    .sort(
      (one, other) =>
        Number(movesClients(one)) - Number(movesClients(other)) ||
        (one.totalSeconds ?? 0) - (other.totalSeconds ?? 0),
    );
  const directions = lossless.map(directionOf);
  return lossless
    .filter((_, index) => directions.indexOf(directions[index]) === index)
    .map(({ policy }) => policy);
}

/** The rows with what one run measured for a preset, in the order of the presets and the policies. */
export function withCells(
  rows: readonly Row[],
  { preset, cells }: Row,
  order: { readonly presets: readonly string[]; readonly policies: readonly string[] },
): Row[] {
  const before = rows.find((row) => row.preset === preset)?.cells ?? [];
  const all = order.policies.flatMap((policy) =>
    merged([...before, ...cells].filter((cell) => cell.policy === policy)),
  );
  return order.presets.flatMap((name) => {
    if (name === preset) return [{ preset, cells: all }];
    return rows.filter((row) => row.preset === name);
  });
}

/** Cells of one policy as one: counts added up, the longest times. */
function merged(cells: readonly Cell[]): Cell[] {
  const measured = cells.filter(({ reason }) => reason === null);
  const last = measured.at(-1);
  if (last === undefined) return cells.slice(-1);
  const sum = (of: (cell: Cell) => number) => measured.reduce((all, cell) => all + of(cell), 0);
  const longest = (of: (cell: Cell) => number | null) => Math.max(...measured.map((cell) => of(cell) ?? 0));
  return [
    {
      policy: last.policy,
      reason: null,
      repeats: sum((cell) => cell.repeats),
      clean: sum((cell) => cell.clean),
      failed: sum((cell) => cell.failed),
      sent: sum((cell) => cell.sent),
      failedSeconds: longest((cell) => cell.failedSeconds),
      streamsLost: sum((cell) => cell.streamsLost),
      streams: sum((cell) => cell.streams),
      totalSeconds: last.totalSeconds === null ? null : longest((cell) => cell.totalSeconds),
    },
  ];
}
