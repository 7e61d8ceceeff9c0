import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findProgram } from '../../../src/base/find-program.ts';

const test = suite('programs in PATH');
const folder = mkdtempSync(join(tmpdir(), 'midflight-path-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('the first that may be run; neither a folder nor a plain file of that name', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name));
  if (a === undefined || b === undefined || c === undefined) throw new Error('unreachable');
  mkdirSync(join(a, 'tool'), { recursive: true });
  for (const one of [b, c]) {
    mkdirSync(one);
    writeFileSync(join(one, 'tool'), '');
  }
  const env = { PATH: ['', a, b, c].join(delimiter) };
  assert.is(findProgram('tool', env), null);
  chmodSync(join(c, 'tool'), 0o755);
  assert.is(findProgram('tool', env), join(c, 'tool'));
  assert.is(findProgram(join(c, 'tool'), {}), join(c, 'tool'));
  assert.is(findProgram(join(b, 'tool'), env), null);
  assert.is(findProgram('tool', {}), null);
});

test.run();
