import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { paint } from '../../../src/reports/paint.ts';
import { folded, pad, table, width, wrap } from '../../../src/reports/table.ts';

const { red, dim } = paint(true);

test('colours take no room, and every letter one', () => {
  assert.is(width(red('lost')), 4);
  assert.is(width('±0.2 ●'), 6);
  assert.is(pad(red('ab'), 4), `${red('ab')}  `);
  assert.is(pad('abcdef', 4), 'abcdef');
});

test('breaks at spaces, with the later lines indented', () => {
  assert.equal(wrap('one two three four', 9, '  '), ['one two', '  three', '  four']);
});

test('a word longer than the line stands alone, uncut', () => {
  assert.equal(wrap('a reports/2026-preemption/report.html b', 10), [
    'a',
    'reports/2026-preemption/report.html',
    'b',
  ]);
});

test('a figure stays with its unit and with what it counts', () => {
  assert.equal(wrap('failed for 24.9 s in all', 16), ['failed for', '24.9 s in all']);
  assert.equal(wrap('lost by 36 transit', 10), ['lost by', '36 transit']);
  assert.equal(wrap('took 5 seconds', 8), ['took 5', 'seconds'], 'a word that only begins as a unit');
});

test('no text at all is no line', () => assert.equal(wrap('', 10), []));

test('no line is wider than asked for unless a single word is, and no word is lost', () => {
  const words = fc.array(fc.constantFrom('a', 'lost', 'preemptible-2', 'x', '12', 's', 'cut'), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(words, fc.integer({ min: 5, max: 40 }), (list, columns) => {
      const lines = wrap(list.join(' '), columns);
      assert.is(lines.join(' '), list.join(' '));
      for (const line of lines)
        assert.ok(width(line) <= columns || !/[^\d] /.test(line), `"${line}" over ${columns}`);
    }),
  );
});

const rows = [
  ['policy', 'lost', 'cause'],
  ['Cluster', '9 of 60', '9 transit'],
];

test('columns as wide as their widest cell', () => {
  assert.equal(table(rows, 80), ['policy   lost     cause', 'Cluster  9 of 60  9 transit']);
});

test('cells wrap if the table is too wide', () => {
  assert.equal(
    table(
      [
        ['policy', 'new connections failing'],
        ['Cluster', 'some'],
      ],
      22,
    ),
    ['policy   new', '         connections', '         failing', 'Cluster  some'],
  );
});

test('a coloured cell is broken as a plain one', () => {
  const head = 'new connections'.split(' ').map(dim).join(' ');
  assert.equal(table([[head]], 12), [dim('new'), dim('connections')]);
});

test('null if the longest words do not fit', () => {
  assert.is(table(rows, 20), null);
  assert.ok(table(rows, 26) !== null);
});

test('rows of unlike length', () => assert.equal(table([['a'], ['b', 'c']], 10), ['a', 'b  c']));

test('a word that is too long is broken after a joint, or else at the end of the line; colours stay whole', () => {
  assert.equal(folded(['reports/2026-preemption/report.html'], 20), [
    'reports/2026-',
    'preemption/',
    'report.html',
  ]);
  assert.equal(folded(['abcdefghij'], 4), ['abcd', 'efgh', 'ij']);
  assert.equal(folded(['fits'], 4), ['fits']);
  const coloured = folded([red('abcdef')], 4);
  assert.equal(coloured.map(width), [4, 2]);
  assert.is(coloured.join(''), red('abcdef'));
});

test.run();
