import { parseHTML } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  escapeHtml,
  figure,
  htmlTable,
  list,
  paragraphs,
  prose,
} from '../../../../src/reports/html/markup.ts';

const nasty = `<img src=x onerror="a('&amp;')">`;
const dom = (html: string) => parseHTML(`<!doctype html><html><body>${html}</body></html>`).document;

test('text stays text, in elements and in attributes', () => {
  assert.is(escapeHtml(nasty), `&lt;img src=x onerror=&quot;a('&amp;amp;')&quot;&gt;`);
  for (const html of [
    paragraphs([nasty]),
    list([nasty]),
    htmlTable(nasty, [nasty], [[nasty, nasty]]),
    figure(nasty, [['red', nasty]], '<svg ></svg>', nasty),
  ]) {
    const document = dom(html);
    assert.is(document.querySelector('img'), null, html);
    assert.ok(document.body.textContent?.includes(nasty), html);
  }
});

test('prose: only a name longer than any word may break anywhere, and no reference is cut by it', () => {
  const longest = 'l'.repeat(24);
  assert.is(prose(`${longest} gke-pool-1-0a1b2c3d`), `${longest} gke-pool-1-0a1b2c3d`);
  assert.is(prose(`${longest}l, ok`), `<span class="long">${longest}l,</span> ok`);
  const both = `${'a'.repeat(30)}&${'b'.repeat(30)}`;
  assert.is(dom(prose(both)).body.textContent, both);
});

test('a table: titles for its columns, the first cell for its row, cells of markup as they are', () => {
  const document = dom(htmlTable('t', ['a', 'b'], [['x', { html: '<b>y</b>' }]]));
  assert.equal(
    [...document.querySelectorAll('thead th')].map((cell) => cell.textContent),
    ['a', 'b'],
  );
  assert.is(document.querySelector('tbody th')?.getAttribute('scope'), 'row');
  assert.is(document.querySelector('td b')?.textContent, 'y');
});

test('a table without titles has no empty head', () => {
  assert.is(dom(htmlTable('t', [], [['x', 'y']])).querySelector('thead'), null);
});

test('a figure: its legend in words, and its drawings named', () => {
  const html = figure('What', [['var(--bad)', 'lost']], '<svg ></svg><svg ></svg>', '3 lost');
  const document = dom(html);
  assert.match(document.querySelector('.key')?.textContent ?? '', 'lost');
  assert.equal(
    [...document.querySelectorAll('svg')].map((svg) => svg.getAttribute('aria-label')),
    ['3 lost', '3 lost'],
  );
});

test('an empty list is nothing', () => assert.is(list([]), ''));

test.run();
