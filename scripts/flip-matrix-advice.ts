import { directionOf, losslessWays } from './flip-matrix-runs.ts';
import type { Cell, Row } from './flip-matrix-table.ts';

const directions = ['Cluster->Local', 'Local->Cluster'] as const;

/** For each preset and direction the quickest way that lost nothing, and how often it was measured. */
export function adviceTable(rows: readonly Row[]): string {
  const head = ['| balancer | to `Local` | to `Cluster` |', '| --- | --- | --- |'];
  const line = ({ preset, cells }: Row) =>
    `| \`${preset}\` | ${directions.map((one) => advice(cells.filter((cell) => directionOf(cell) === one))).join(' | ')} |`;
  return [...head, ...rows.map(line)].join('\n');
}

function advice(cells: readonly Cell[]): string {
  const measured = cells.filter(({ reason }) => reason === null);
  const [best] = losslessWays(measured);
  const lossless = measured.find(({ policy }) => policy === best);
  if (lossless !== undefined) return costOf(lossless);
  const [least] = measured.toSorted((one, other) => lossOf(one) - lossOf(other));
  if (least !== undefined) return `none without loss; least: ${costOf(least)}`;
  return cells.length === 0 ? 'not measured' : `none: ${cells[0]?.reason}`;
}

/** Shares, added up: which is the smaller loss is for the reader to say. */
const lossOf = ({ failed, sent, streamsLost, streams }: Cell): number =>
  share(failed, sent) + share(streamsLost, streams);
const share = (part: number, of: number) => (of === 0 ? 0 : part / of);

function costOf({ policy, totalSeconds, clean, repeats, failed, sent, streamsLost, streams }: Cell): string {
  const way = policy.split('/')[1] ?? 'in-place';
  const took = totalSeconds === null ? 'one patch' : `${totalSeconds.toFixed(0)} s`;
  const lost = `${streamsLost} of ${streams} streams and ${failed} of ${sent} new connections`;
  return `\`${way}\`, ${took}: ${lost}; nothing in ${clean} of ${repeats}`;
}
