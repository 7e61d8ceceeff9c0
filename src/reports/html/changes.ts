import { type Changes, changeCells, changesHeading, changesLead, changeTitles } from '../changes.ts';
import { docsLink } from './docs-link.ts';
import { type Cell, escapeHtml, htmlTable, list } from './markup.ts';

const looks: Partial<Record<string, string>> = {
  regression: 'fail',
  improvement: 'pass',
  unknown: 'unknown',
};

/** What became worse or better by more than chance. */
export function changesSection(changes: Changes): string {
  const { figures, notes } = changes;
  const rows = figures.map((one): Cell[] => {
    const cells: Cell[] = changeCells(one).slice(0, -1);
    const look = looks[one.change];
    const change = escapeHtml(one.change);
    return [...cells, { html: look === undefined ? change : `<span class="${look}">${change}</span>` }];
  });
  const title = changesHeading;
  return `<section aria-labelledby="changes"><h2 id="changes">${title} ${docsLink('changes', title)}</h2>
<p>${escapeHtml(changesLead(changes))}</p>${list(notes)}${htmlTable(title, changeTitles, rows)}</section>`;
}
