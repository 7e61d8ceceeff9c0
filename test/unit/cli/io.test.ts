import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requestedImages } from '../../../src/cli/images.ts';
import { colourOf, columnsOf, guardOutputs } from '../../../src/cli/io.ts';

const errno = (code: string) => Object.assign(new Error(code), { code });

test('colour only on a terminal that supports it, unless the environment overrides that', () => {
  const [tty, pipe] = [{ isTTY: true }, {}].map((more) => Object.assign(new PassThrough(), more));
  if (tty === undefined || pipe === undefined) throw new Error('unreachable');
  assert.equal([colourOf(tty, {}), colourOf(pipe, {})], [true, false]);
  assert.not.ok(colourOf(tty, { NO_COLOR: '1' }));
  assert.ok(colourOf(tty, { NO_COLOR: '' }), 'an empty NO_COLOR is none');
  assert.not.ok(colourOf(tty, { TERM: 'dumb' }));
  assert.ok(colourOf(pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }));
  assert.not.ok(colourOf(tty, { FORCE_COLOR: '0' }));
});

test('a pipe has a width of its own', () => {
  assert.is(columnsOf(new PassThrough()), 100);
  assert.is(columnsOf(Object.assign(new PassThrough(), { columns: 72 })), 72);
  assert.is(columnsOf(Object.assign(new PassThrough(), { columns: 0 })), 100, 'a terminal without a size');
});

/** Outputs of which each write ends as `write` does. */
function outputs(write: () => boolean = () => true) {
  const io = { stdout: new PassThrough(), stderr: new PassThrough() };
  for (const output of Object.values(io)) output.write = write;
  return { io, guarded: guardOutputs(io) };
}

test('a reader who went away has missed nothing', () => {
  const { io, guarded } = outputs();
  io.stdout.emit('error', errno('EPIPE'));
  io.stderr.emit('error', errno('EIO'));
  assert.is(guarded.failure(), null);
});

test('a result that could not be written is reported, and ends nothing', () => {
  const full = () => {
    throw errno('ENOSPC');
  };
  const { io, guarded } = outputs(full);
  let done = 0;
  io.stdout.write('result', () => {
    done += 1;
  });
  assert.is(done, 1);
  const failure = guarded.failure();
  assert.is(failure?.exitCode, 3);
  assert.match(failure?.message ?? '', 'no space is left on the disk (ENOSPC)');
  const later = outputs();
  later.io.stdout.emit('error', errno('EFBIG'));
  assert.is(later.guarded.failure()?.exitCode, 3, 'told by an event');
});

test('output that only decorates may be lost', () => {
  const { io, guarded } = outputs(() => {
    throw errno('ENOSPC');
  });
  io.stderr.write('progress');
  io.stderr.emit('error', errno('ENOSPC'));
  assert.is(guarded.failure(), null);
});

test('the image flag overrides the environment; what neither sets comes from the scenario', () => {
  const none = { node: undefined, traefik: undefined, app: undefined };
  assert.equal(requestedImages(none, {}), {});
  const env = { MIDFLIGHT_KIND_IMAGE: 'n', MIDFLIGHT_TRAEFIK_IMAGE: '', MIDFLIGHT_APP_IMAGE: 'a' };
  assert.equal(requestedImages({ ...none, app: 'b' }, env), { node: 'n', app: 'b' });
});

test.run();
