/** Text as HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A cell that is HTML already. */
export interface Markup {
  readonly html: string;
}
export type Cell = string | Markup;

const cellOf = (cell: Cell) => (typeof cell === 'string' ? escapeHtml(cell) : cell.html);

/** A table whose first column names its rows; it scrolls by itself where it is too wide. No titles: no head. */
export function table(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const columns = titles.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join('');
  const head = titles.length === 0 ? '' : `<thead><tr>${columns}</tr></thead>`;
  const body = rows
    .map(([first = '', ...rest]) => {
      const cells = rest.map((cell) => `<td>${cellOf(cell)}</td>`).join('');
      return `<tr><th scope="row">${cellOf(first)}</th>${cells}</tr>`;
    })
    .join('');
  return `<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(caption)}"><table>${head}<tbody>${body}</tbody></table></div>`;
}

/** A colour of a chart and what it says. */
export type Key = readonly [colour: string, word: string];

/** A chart with its legend and, for who cannot see it, what it shows. */
export function figure(caption: string, keys: readonly Key[], svg: string, label: string): string {
  const legend = keys
    .map(
      ([colour, word]) => `<span class="key"><i style="background:${colour}"></i>${escapeHtml(word)}</span>`,
    )
    .join('');
  const named = svg.replaceAll('<svg ', `<svg aria-label="${escapeHtml(label)}" `);
  return `<figure><figcaption><span class="what">${escapeHtml(caption)}</span><span class="keys">${legend}</span></figcaption><div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(caption)}">${named}</div></figure>`;
}

export const paragraphs = (lines: readonly string[]): string =>
  lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('');

export const list = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
