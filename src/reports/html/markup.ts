import { figureUnits } from '../figures.ts';

/** Text as HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const noBreak = '\u00a0';
const figures = new RegExp(`(\\d) (?=(?:${figureUnits})(?![\\w-]))`, 'g');

/** Longer than any word of ours: a name that may break anywhere, so that it widens no column. A hyphen ends a word. */
const longWord = /[^\s<>&;-]{25,}/g;

/** Text as HTML in which a figure stays with its unit and `Cluster->Local` in one piece. */
export const prose = (text: string): string =>
  escapeHtml(text.replaceAll(figures, `$1${noBreak}`))
    .replaceAll(longWord, (name) => `<span class="long">${name}</span>`)
    .replaceAll(/\w+-&gt;\w+/g, (name) => `<span class="whole">${name}</span>`);

/** A cell that is HTML already. */
interface Markup {
  readonly html: string;
}
export type Cell = string | Markup;

const cellOf = (cell: Cell) => (typeof cell === 'string' ? prose(cell) : cell.html);

/**
 * A table whose first column names its rows; it scrolls by itself if it is too wide. No titles: no head. On a narrow
 * screen each row becomes a block of its own, each cell with its title; the roles keep it a table for a screen reader.
 */
export function htmlTable(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const columns = titles
    .map((title) => `<th scope="col" role="columnheader">${escapeHtml(title)}</th>`)
    .join('');
  const head = titles.length === 0 ? '' : `<thead role="rowgroup"><tr role="row">${columns}</tr></thead>`;
  const body = rows
    .map(([first = '', ...rest]) => {
      const cells = rest.map((cell, index) => {
        const title = titles[index + 1] ?? '';
        const label = title === '' ? '' : ` data-label="${escapeHtml(title)}"`;
        const empty = cell === '' ? ' class="empty"' : '';
        return `<td role="cell"${label}${empty}><span>${cellOf(cell)}</span></td>`;
      });
      return `<tr role="row"><th scope="row" role="rowheader">${cellOf(first)}</th>${cells.join('')}</tr>`;
    })
    .join('');
  return `<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(caption)}"><table role="table" class="${titles.length === 0 ? 'pairs' : 'rows'}">${head}<tbody role="rowgroup">${body}</tbody></table></div>`;
}

/** A colour of a chart and what it means. */
export type Key = readonly [colour: string, word: string];

/** Shown when a chart has less room than it needs. */
const hint = '<p class="hint">Wider than the screen: scroll sideways →</p>';

/** A chart with its legend and, for who cannot see it, what it shows. `timeline`: as wide as a desktop's page; `docs`: a link. */
export function figure(
  caption: string,
  keys: readonly Key[],
  svg: string,
  label: string,
  { timeline = false, docs = '' }: { readonly timeline?: boolean; readonly docs?: string } = {},
): string {
  const legend = keys
    .map(
      ([colour, word]) => `<span class="key"><i style="background:${colour}"></i>${escapeHtml(word)}</span>`,
    )
    .join('');
  const named = svg.replaceAll('<svg ', `<svg aria-label="${escapeHtml(label)}" `);
  return `<figure><figcaption><span class="what">${escapeHtml(caption)} ${docs}</span><span class="keys">${legend}</span></figcaption>${timeline ? hint : ''}<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(caption)}">${named}</div></figure>`;
}

export const paragraphs = (lines: readonly string[]): string =>
  lines.map((line) => `<p>${prose(line)}</p>`).join('');

export const list = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
