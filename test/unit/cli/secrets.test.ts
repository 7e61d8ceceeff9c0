import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { headersIn, parseHeader, shownCommand, shownUrl } from '../../../src/cli/secrets.ts';

const secret = 's3cret';
const env = { TOKEN: `Bearer ${secret}`, EMPTY: '' };
const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));

/** The complaint, which must not repeat what it complains about. */
function refused(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof MidflightError && error.exitCode === 64);
    const text = `${error.where ?? ''} ${error.message} ${error.hint ?? ''}`;
    assert.not.match(text, secret);
    return text.trim();
  }
  return assert.unreachable('it was taken') as never;
}

test('a URL is shown without its query, its fragment and a user', () => {
  assert.is(shownUrl('https://shop.example/slow?key=1#x'), 'https://shop.example/slow?…');
  assert.is(shownUrl('https://shop.example/slow#x'), 'https://shop.example/slow#…');
  assert.is(shownUrl('https://me:pass@shop.example/a@b'), 'https://…@shop.example/a@b');
  assert.is(shownUrl('https://shop.example/plain'), 'https://shop.example/plain');
  assert.is(shownUrl('/healthz?token=x\ny'), '/healthz?…');
});

test('a command is shown without its arguments', () => {
  assert.equal(shownCommand(['./deploy.sh']), ['./deploy.sh']);
  assert.equal(shownCommand(['curl', '-H', secret]), ['curl', '…', '(2 arguments)']);
  assert.equal(shownCommand(['sh', secret]), ['sh', '…', '(1 argument)']);
});

test('a header is taken literally, or from the environment', () => {
  assert.equal(parseHeader('X-A: b: c', env), ['X-A', 'b: c']);
  assert.equal(parseHeader('Authorization: env:TOKEN', env), ['Authorization', `Bearer ${secret}`]);
  assert.equal(parseHeader('X-A: env:not a name', env), ['X-A', 'env:not a name']);
  assert.match(
    refused(() => parseHeader('Authorization: env:NONE', env)),
    'the environment has no NONE',
  );
  assert.match(
    refused(() => parseHeader('X: env:EMPTY', env)),
    'the environment has no EMPTY',
  );
  assert.match(
    refused(() => parseHeader(`Bearer ${secret}`, env)),
    "without 'Name:'",
  );
});

test('headers of a file, with the line of what is wrong', () => {
  const file = join(folder, 'headers');
  writeFileSync(file, `# for the shop\r\nAuthorization: env:TOKEN\r\n\nX-B: 2\n`);
  assert.equal(headersIn(file, env), [
    ['Authorization', `Bearer ${secret}`],
    ['X-B', '2'],
  ]);
  writeFileSync(file, `X-B: 2\n${secret}\n`);
  assert.ok(refused(() => headersIn(file, env)).startsWith(`${file}:2 `));
  assert.match(
    refused(() => headersIn(join(folder, 'none'), env)),
    'cannot be read',
  );
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

test.run();
