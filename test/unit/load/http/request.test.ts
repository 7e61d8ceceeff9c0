import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LoadTarget } from '../../../../src/load/config.ts';
import { requestHeads } from '../../../../src/load/http/request.ts';
import { targetAt } from '../../../support/load.ts';

const headOf = (more: Partial<LoadTarget>, bodySize = 0, keepAlive = true, named = false) =>
  requestHeads({ target: targetAt('127.0.0.1', 80, more), named, bodySize, keepAlive })('/x?y', 'id-1');
const own = 'host: app.test\r\nuser-agent: midflight\r\naccept: */*\r\n';

test('a GET, without any header of a body', () => {
  assert.is(headOf({}), `GET /x?y HTTP/1.1\r\n${own}\r\n`);
});

test('a body makes it a POST', () => {
  assert.is(
    headOf({}, 1),
    `POST /x?y HTTP/1.1\r\n${own}content-type: application/octet-stream\r\ncontent-length: 1\r\n\r\n`,
  );
});

test('HEAD, and a POST without a body', () => {
  assert.is(headOf({ method: 'HEAD' }), `HEAD /x?y HTTP/1.1\r\n${own}\r\n`);
  assert.is(headOf({ method: 'POST' }), `POST /x?y HTTP/1.1\r\n${own}content-length: 0\r\n\r\n`);
});

test('own headers replace ours; if requested, the connection is closed and the request is named', () => {
  assert.is(
    headOf({ headers: { Accept: 'text/html' } }, 0, false, true),
    'GET /x?y HTTP/1.1\r\nhost: app.test\r\nuser-agent: midflight\r\naccept: text/html\r\nconnection: close\r\nx-midflight-id: id-1\r\n\r\n',
  );
});

test('a header that would break the request is refused', () => {
  for (const headers of [{ 'a b': 'c' }, { a: 'b\r\nc: d' }, { 'a:': 'b' }])
    assert.throws(() => headOf({ headers }), /cannot be sent/);
});

test.run();
