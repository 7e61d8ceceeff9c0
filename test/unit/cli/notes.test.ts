import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeNote } from '../../../src/cli/notes.ts';
import { textOf } from '../../support/text-of.ts';

const text = 'the expectations for Cluster are left out: this run has no such trial';

test('on a terminal a note breaks between words', () => {
  const output = Object.assign(new PassThrough(), { columns: 40 });
  writeNote(output, text);
  const lines = textOf(output).trimEnd().split('\n');
  assert.ok(lines.length > 1 && lines.every((line) => line.length <= 40), lines.join('\n'));
  assert.is(lines.map((line) => line.trim()).join(' '), `midflight: note: ${text}`);
});

test('in a file it is one line, and no control character of it gets through', () => {
  const output = new PassThrough();
  writeNote(output, `${text}\u001b[31m`);
  const written = textOf(output);
  assert.is(written.split('\n').length, 2);
  assert.not.match(written, '\u001b');
});

test.run();
