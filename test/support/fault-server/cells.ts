import { bodyCells } from './body-cells.ts';
import type { Cell } from './cell.ts';
import { headCells } from './head-cells.ts';

export type { Cell } from './cell.ts';

/** Everything that a client must tell apart. */
export const cells: readonly Cell[] = [...headCells, ...bodyCells];
