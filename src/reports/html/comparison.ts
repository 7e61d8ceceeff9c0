import type { Report } from '../../analysis/schema.ts';
import {
  type ComparisonCells,
  cellLines,
  columnsInUse,
  comparisonCells,
  comparisonTitles,
} from '../comparison-cells.ts';
import { conclusion } from '../conclusion.ts';
import { explainCells, explainColumns } from '../explain.ts';
import { policyLabel } from '../figures.ts';
import { type ReportTable, tablesOf } from '../tables.ts';
import { docsLink, type Topic } from './docs-link.ts';
import { lostChart } from './lost-chart.ts';
import { type Cell, escapeHtml, figure, htmlTable, type Key, paragraphs, prose } from './markup.ts';

/** The first section: the comparison, when new connections failed, what customers would have seen. */
export function comparison(report: Report): string {
  const cells = report.comparison.map(comparisonCells);
  const used = columnsInUse(cells.flatMap(cellLines));
  const titles = used(comparisonTitles);
  const kept = comparisonTitles.map((title) => titles.includes(title));
  const rows = cells.map((row) => rowOf(row).filter((_, index) => kept[index]));
  const tables = tablesOf(report);
  const outages = tables.find(({ id }) => id === 'outages')?.rows ?? [];
  const shown = [...cells.flatMap(cellLines).flatMap(used), ...outages.flat()];
  const words = conclusion(report);
  return [
    rows.length === 0 ? '<p>No trial was started.</p>' : htmlTable('comparison of policies', titles, rows),
    rows.length === 0
      ? ''
      : `<p class="marks">${escapeHtml([...explainColumns(titles), ...explainCells(shown)].join(' · '))}</p>`,
    chart(report),
    ...tables.map(titled),
    words.length === 0 ? '' : `<h3>In words</h3>${paragraphs(words)}`,
  ].join('');
}

const topics: Readonly<Record<ReportTable['id'], Topic>> = {
  outages: 'outages',
  customers: 'customers',
  differences: 'chance',
  spreads: 'chance',
  'node-loss': 'nodeLoss',
};

const titled = ({ id, title, titles, rows }: ReportTable) =>
  `<h3 id="${id}">${escapeHtml(title)} ${docsLink(topics[id], title)}</h3>${htmlTable(title, titles, rows)}`;

function rowOf(cells: ComparisonCells): Cell[] {
  const look = cells.anyLost === null ? 'unknown' : cells.anyLost ? 'lost' : 'none';
  const [count = '', ...rest] = cells.lost.split(' ');
  const doubt = cells.doubt === null ? '' : ` <span class="unknown">(${escapeHtml(cells.doubt)})</span>`;
  const lines = (pick: (one: ComparisonCells['disturbances'][number]) => string) => ({
    html: cells.disturbances.map((one) => `<div>${prose(pick(one))}</div>`).join(''),
  });
  return [
    { html: `<span class="whole">${escapeHtml(cells.policy)}</span>${doubt}` },
    { html: `<span class="${look}">${escapeHtml(count)}</span> ${prose(rest.join(' '))}` },
    cells.expected,
    cells.cause,
    lines(({ failover }) => failover),
    lines(({ failing }) => failing),
    cells.address,
  ];
}

function chart({ comparison: rows }: Report): string {
  if (rows.every(({ interval }) => interval === null)) return '';
  const keys: Key[] = [
    ['var(--bad)', 'some lost'],
    ['var(--good)', 'none lost'],
  ];
  if (rows.some(({ expectedShare }) => expectedShare !== null))
    keys.push(['var(--accent)', 'expected (diamond)']);
  return figure(
    'Share of slow streams lost under each policy',
    keys,
    `<div class="wide">${lostChart(rows, 980)}</div><div class="narrow">${lostChart(rows, 340)}</div>`,
    rows.map(({ policy, lost, started }) => `${policyLabel(policy)}: ${lost} of ${started}`).join('; '),
    { docs: docsLink('comparison', 'share of slow streams lost') },
  );
}
