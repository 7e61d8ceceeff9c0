import { createHash } from 'node:crypto';
import type { TrialDetail } from '../../analysis/detail.ts';
import { lostCells, lostCount, lostTitles } from '../lost-words.ts';
import { docsLink } from './docs-link.ts';
import { escapeHtml, prose } from './markup.ts';

/** Rows of all trials together, so that the page stays small. */
const mostRows = 1000;
const leastOfATrial = 20;
/** Rows to begin with, so that a reader on a phone reaches what comes after them. */
const firstRows = 40;

/** The part of the details that a page can show: at most this many lost requests of each trial. */
const rowsOfATrial = (trials: number): number =>
  Math.max(leastOfATrial, Math.floor(mostRows / Math.max(1, trials)));

/** Every lost request; the script below lets it be sorted and filtered. Without the script it is a plain table. */
export function lostTable(details: readonly TrialDetail[]): string {
  const limit = rowsOfATrial(details.length);
  const shown = details.flatMap((detail) => detail.lost.slice(0, limit).map((one) => lostCells(one, detail)));
  const all = details.reduce((sum, { lostInAll }) => sum + lostInAll, 0);
  const title = `<h2 id="lost">Every lost request ${docsLink('lost', 'every lost request')}</h2>`;
  if (shown.length === 0)
    return `<section aria-labelledby="lost">${title}<p>No request was lost.</p></section>`;
  const left = all - shown.length;
  const more =
    left === 0
      ? ''
      : ` ${left} more ${left === 1 ? 'is' : 'are'} left out here: <code>midflight explain DIR</code> lists all.`;
  const causes = [...new Set(shown.map((cells) => cells[causeAt] ?? ''))].sort();
  const options = (words: readonly string[]) =>
    words.map((word) => `<option>${escapeHtml(word)}</option>`).join('');
  const sorts = lostTitles.map((name, at) => `<option value="${at}">${name}</option>`).join('');
  const head = lostTitles
    .map((name) => `<th scope="col" role="columnheader"><button type="button">${name}</button></th>`)
    .join('');
  const rows = shown
    .map(([id = '', ...cells]) => {
      const tds = cells.map(
        (cell, at) => `<td role="cell" data-label="${lostTitles[at + 1]}"><span>${prose(cell)}</span></td>`,
      );
      return `<tr role="row"><th scope="row" role="rowheader">${escapeHtml(id)}</th>${tds.join('')}</tr>`;
    })
    .join('');
  return `<section aria-labelledby="lost">${title}
<p>${lostCount(all)} in all trials.${more} The whole story of one: <code>midflight explain DIR REQUEST</code>.</p>
<form class="filter" hidden><label>Filter <input type="search" autocomplete="off"></label>
<label>Cause <select name="cause"><option value="">all</option>${options(causes)}</select></label>
<label>Sort by <select name="sort">${sorts}</select></label>
<label><input type="checkbox" name="down"> descending</label> <output aria-live="polite" aria-label="requests shown"></output></form>
<p class="hint cells">Wider than the screen: scroll sideways →</p>
<div class="scroll" tabindex="0" role="group" aria-label="lost requests"><table role="table" class="rows requests"><thead role="rowgroup"><tr role="row">${head}</tr></thead><tbody role="rowgroup">${rows}</tbody></table></div>
<p><button type="button" class="all" hidden></button></p></section>`;
}

const causeAt = lostTitles.indexOf('cause');

/** The page's only script. Nothing of it depends on the report, so that the page's policy can name it by its hash. */
export const script = `(() => {
const table = document.querySelector('table.requests');
if (table === null) return;
const form = document.querySelector('form.filter');
const body = table.tBodies[0];
const rows = [...body.rows].map((row) => ({ row, cells: [...row.cells].map((cell) => cell.textContent), text: row.textContent.toLowerCase() }));
const [search, cause, sort, down, out] = ['[type=search]', '[name=cause]', '[name=sort]', '[name=down]', 'output'].map((one) => form.querySelector(one));
const all = document.querySelector('button.all');
let most = ${firstRows};
const heads = [...table.tHead.rows[0].cells];
const compare = new Intl.Collator('en', { numeric: true }).compare;
const show = () => {
  const at = Number(sort.value);
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const sign = down.checked ? -1 : 1;
  const kept = rows.filter(({ cells, text }) => (cause.value === '' || cells[${causeAt}] === cause.value) && words.every((word) => text.includes(word)));
  kept.sort((a, b) => sign * compare(a.cells[at], b.cells[at]));
  body.replaceChildren(...kept.slice(0, most).map(({ row }) => row));
  out.textContent = Math.min(kept.length, most) + ' of ' + rows.length + ' shown';
  all.textContent = 'Show all ' + kept.length;
  all.hidden = kept.length <= most;
  heads.forEach((head, index) => index === at ? head.setAttribute('aria-sort', down.checked ? 'descending' : 'ascending') : head.removeAttribute('aria-sort'));
};
heads.forEach((head, index) => head.querySelector('button').addEventListener('click', () => {
  down.checked = Number(sort.value) === index && !down.checked;
  sort.value = String(index);
  show();
}));
const showAll = () => {
  most = rows.length;
  show();
};
all.addEventListener('click', showAll);
addEventListener('beforeprint', showAll);
form.addEventListener('input', show);
form.addEventListener('submit', (event) => event.preventDefault());
sort.value = '2';
form.hidden = false;
show();
})();`;

/** The script's hash, for the page's content security policy. */
export const scriptHash = `sha256-${createHash('sha256').update(script).digest('base64')}`;
