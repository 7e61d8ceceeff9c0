import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rows } from '../../support/bad-scenarios.ts';
import { assertRefused, tell } from '../../support/in-process.ts';

const all = rows();

test('there are at least 400 of them, no two alike', () => {
  assert.ok(all.length >= 400, String(all.length));
  assert.is(new Set(all.map(({ text }) => text)).size, all.length);
});

for (const { edits, text, expected } of all) {
  test(edits, async () => {
    const told = await tell(['validate', '-'], text);
    assert.fixture(told.stderr, expected);
    assertRefused(told, edits);
  });
}

test.run();
