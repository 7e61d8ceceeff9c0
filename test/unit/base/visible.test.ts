import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { visible, visibleDeep, visibleJson, visibleLine } from '../../../src/base/visible.ts';

test('what a terminal obeys is shown instead', () => {
  assert.is(visible('\u001b[2J\u0007red\u001b[0m'), '\\u{1b}[2J\\u{7}red\\u{1b}[0m');
  assert.is(visible('\u009b31m'), '\\u{9b}31m', 'C1');
  assert.is(visible('over\rwritten\b'), 'over\\u{d}written\\u{8}');
  assert.is(visible('a\u202egnp.exe'), 'a\\u{202e}gnp.exe', 'the direction of writing');
  assert.is(visible('\u2066x\u2069\u200f\u061c\ufeff'), '\\u{2066}x\\u{2069}\\u{200f}\\u{61c}\\u{feff}');
  assert.is(visible('x\u2028y\u007f\u0000'), 'x\\u{2028}y\\u{7f}\\u{0}');
  assert.is(visible('\ud83d'), '\\u{d83d}', 'half a character');
});

test('text of any language, emoji, tabs and lines stay as they are', () => {
  for (const text of ['Überprüfung → 99 %', 'فارسی\u200cزبان', '👩\u200d💻 日本', 'a\tb\nc'])
    assert.is(visible(text), text);
  assert.is(visible('a\r\nb'), 'a\nb');
});

test('one line stays one line', () => {
  assert.is(visibleLine(' quick\n\npass · report: /x\t1 \n'), 'quick pass · report: /x 1');
});

test('every text of a value, keys too', () => {
  assert.equal(visibleDeep({ a: ['\u001b', 1, null, true], '\u0007': { b: 'x\ny' } }), {
    a: ['\\u{1b}', 1, null, true],
    '\\u{7}': { b: 'x y' },
  });
});

test('JSON keeps its value', () => {
  const value = { a: '\u009b31m \u202e \u{e0001} 👩\u200d💻', b: '\u001b' };
  const json = visibleJson(JSON.stringify(value));
  assert.equal(JSON.parse(json), value);
  assert.not.match(json, /[\u007f-\u009f\u202e\u{e0001}]/u);
});

test.run();
