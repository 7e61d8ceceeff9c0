import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Outcome } from '../../../src/history/schema.ts';
import { k6Outcome, type SeenByK6 } from '../../../src/load/k6/outcome.ts';

/** An answer that was cut: k6 has no status of it. */
const cut: SeenByK6 = {
  status: 0,
  code: 1000,
  error: '',
  connected: true,
  heard: true,
  bytes: 0,
  chunks: 0,
  marked: 'cut',
};
const whole: SeenByK6 = { ...cut, status: 200, code: 0, bytes: 393, chunks: 2, marked: 'whole' };
const reset = { code: 1220, error: 'read: connection reset by peer' };
const mime = 'malformed MIME header: missing colon: "transfer-en"';

// As k6 v1.8.1 says them.
const table: [string, Partial<SeenByK6>, Outcome][] = [
  ['whole', whole, 'completed'],
  ['the end marker came, then a reset', { ...reset, bytes: 393, chunks: 2, marked: 'whole' }, 'completed'],
  ['whole for HTTP, without the end marker', { ...whole, chunks: 1, marked: 'cut' }, 'truncated'],
  ['a gap', { ...whole, chunks: 1, marked: 'wrong' }, 'wrong-body'],
  ['a gap, then a reset', { ...reset, bytes: 400, chunks: 1, marked: 'wrong' }, 'wrong-body'],
  ['502 with a page', { status: 502, code: 1502, bytes: 11, marked: 'wrong' }, 'http-error'],
  ['404', { status: 404, code: 1404, bytes: 11 }, 'http-error'],
  ['refused', { code: 1212, error: 'dial: connection refused', connected: false }, 'refused'],
  ['no answer to the SYN', { code: 1050, error: 'request timeout', connected: false }, 'connect-timeout'],
  ['the dial timed out', { code: 1211, error: 'dial: i/o timeout', connected: false }, 'connect-timeout'],
  ['no answer in time', { code: 1050, error: 'request timeout', heard: false }, 'hung'],
  ['FIN before the head', { error: 'EOF', heard: false }, 'closed-before-response'],
  [
    'FIN before the request was out',
    { error: 'http: server closed idle connection', heard: false },
    'closed-before-response',
  ],
  ['reset before the head', { ...reset, heard: false }, 'reset-before-response'],
  ['reset after the first byte', reset, 'unclear'],
  ['reset, a script that tells no more', { ...reset, heard: null, marked: null }, 'unclear'],
  ['reset within our body', { ...reset, bytes: 192, chunks: 1 }, 'reset-mid-body'],
  ["reset within another's body", { ...reset, bytes: 3 }, 'unclear'],
  ["reset within another's lines", { ...reset, bytes: 30, marked: 'wrong' }, 'unclear'],
  [
    'the ingress is gone before our write',
    { error: 'write: broken pipe', heard: false },
    'reset-before-response',
  ],
  ['FIN within our body', { error: 'unexpected EOF', bytes: 192, chunks: 1 }, 'truncated'],
  ['FIN after the first byte', { error: 'unexpected EOF' }, 'unclear'],
  ['a head that was cut, or is none', { error: mime }, 'unclear'],
  ['another protocol', { error: 'malformed HTTP response "SSH-2.0-OpenSSH_9.6"' }, 'malformed'],
  ['a status line that was cut', { error: 'malformed HTTP response "HTTP/1.1"' }, 'unclear'],
  ['the first letter of a status line', { error: 'malformed HTTP response "H"' }, 'unclear'],
  ['no status', { error: 'malformed HTTP status code "OK"' }, 'malformed'],
  ['a status that was cut', { error: 'malformed HTTP status code "20"' }, 'unclear'],
  ['no chunk size', { error: 'invalid byte in chunk length', bytes: 192, chunks: 1 }, 'malformed'],
  ['no route', { code: 1200, error: 'dial: no route to host', connected: false }, 'unreachable'],
  ['no files', { code: 1200, error: 'socket: too many open files', connected: false }, 'local-error'],
  ['no such name', { code: 1101, error: 'lookup: no such host', connected: false }, 'unresolved'],
  ['a certificate', { code: 1310, error: 'x509: unknown authority' }, 'tls-rejected'],
  ['an alert', { code: 1300, error: 'remote error: tls: handshake failure' }, 'tls-failed'],
  ['no TLS', { code: 1000, error: 'tls: first record does not look like a TLS handshake' }, 'tls-failed'],
  ['what nobody has seen yet', { code: 1630, error: 'http2: stream closed' }, 'unclear'],
];
for (const [what, told, expected] of table) {
  test(`${what}: ${expected}`, () => assert.is(k6Outcome({ ...cut, ...told }, 200), expected));
}

test('a refusal that is wanted has a body of its own', () => {
  const refusal: SeenByK6 = { ...whole, status: 403, code: 1403, chunks: 0, marked: 'wrong' };
  assert.is(k6Outcome(refusal, 403), 'completed');
  assert.is(k6Outcome(whole, 403), 'http-error');
});

test.run();
