import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { imagesOf } from '../../../src/cli/images.ts';
import { colourOf, columnsOf, survivesClosedOutputs } from '../../../src/cli/io.ts';
import { policyNames } from '../../../src/cli/policy-names.ts';
import { policyNames as schemaNames } from '../../../src/scenario/schema.ts';

const errno = (code: string) => Object.assign(new Error(code), { code });

test('colour only on a terminal that can, unless the environment says otherwise', () => {
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

test('a reader who went away is no error; anything else is', () => {
  const io = { stdout: new PassThrough(), stderr: new PassThrough() };
  survivesClosedOutputs(io);
  io.stdout.emit('error', errno('EPIPE'));
  io.stderr.emit('error', errno('EIO'));
  assert.throws(() => io.stdout.emit('error', errno('ENOSPC')), /ENOSPC/);
});

test('images: the flag goes before the environment; what none names is left to the scenario', () => {
  const none = { node: undefined, traefik: undefined, app: undefined };
  assert.equal(imagesOf(none, {}), {});
  const env = { MIDFLIGHT_KIND_IMAGE: 'n', MIDFLIGHT_TRAEFIK_IMAGE: '', MIDFLIGHT_APP_IMAGE: 'a' };
  assert.equal(imagesOf({ ...none, app: 'b' }, env), { node: 'n', app: 'b' });
});

test("the command line's policies are the schema's", () => {
  assert.equal([...policyNames], [...schemaNames]);
});

test.run();
