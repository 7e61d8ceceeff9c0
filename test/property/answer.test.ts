import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { responseReader } from '../../src/load/http/response.ts';
import { bodyReader, chunkLine, endLine } from '../../src/workload/protocol.ts';

/*
 * Answers that come in the usual pieces are read by short ways (a head that is known, chunks and lines that lie whole).
 * What is read must be what comes of the same bytes one by one, which no short way takes.
 */

function readAnswer(pieces: readonly Buffer[]) {
  let body = '';
  const reader = responseReader({
    body(bytes) {
      body += bytes.toString('latin1');
    },
  });
  for (const piece of pieces) reader.push(piece);
  const { status, done, malformed, reusable } = reader;
  reader.over();
  return { body, status, done, malformed, reusable, doneAtFin: reader.done };
}

function readBody(pieces: readonly Buffer[]) {
  const reader = bodyReader();
  for (const piece of pieces) reader.push(piece);
  const { chunks, complete, wrong, path } = reader;
  return { chunks, complete, wrong, path };
}

const oneByOne = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.from([byte]));
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
  const pieces = [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
  return pieces.filter(({ length }) => length > 0); // no read is empty
}
const bytesOf = (...texts: readonly string[]) => Buffer.from(texts.join(''), 'latin1');

const heads = [
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nDate: Thu, 26 Nov 2026 08:00:00 GMT\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
  'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  'HTTP/1.1 503 Service Unavailable\r\ntransfer-encoding: chunked\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\ncontent-length: 12\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\ntransfer-encoding: chunked\r\n\r\n',
  'HTTP/1.1 102 Processing\r\ncontent-length: 5\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 12, 12\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  'HTTP/1.1 099 Early\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Length: 12\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Length: 13\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: +12\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 3\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\n folded\r\n\r\n',
  'HTTP/1.1 200 OK\r\nx: a\r\n folded\r\ntransfer-encoding: chunked\r\n\r\n',
  '\x15\x03\x01\x00\x02\x02\x50',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n',
  'HTTP/1.1 200 OK\r\nno header\r\n\r\n',
  '\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  'SSH-2.0-x\r\n\r\n',
];
const chunks = [
  '3\r\nabc\r\n',
  '00a\r\n0123456789\r\n',
  'A;ext=1\r\n0123456789\r\n',
  '2 \r\nxy\r\n',
  '1\r\n\n\r\n',
  '5\r\n0\r\n\r\n\r\n',
  '3\r\nabcd\r\n',
  'x\r\n',
  '\r\n',
  '3\nabc\n',
  '10000000\r\nabc\r\n',
];
const ends = [
  '0\r\n\r\n',
  '000\r\n\r\n',
  '0;x\r\n\r\n',
  '0\r\nTrailer: 1\r\n\r\n',
  '0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
  '0\r\n',
  '',
  'z',
];
const answer = fc.tuple(
  fc.constantFrom(...heads),
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('3\r\nabc\r\n', 'c\r\n0123456789ab\r\n') },
      fc.constantFrom(...chunks),
    ),
    {
      maxLength: 5,
    },
  ),
  fc.constantFrom(...ends),
);
const places = fc.array(fc.nat(400), { maxLength: 6 });

test('an answer is read the same in pieces of any size', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(answer, places, fc.boolean(), ([head, body, end], at, known) => {
      const bytes = bytesOf(head, ...body, end);
      const exact = readAnswer(oneByOne(bytes));
      // Read whole before, the head is known the second time.
      if (known) readAnswer([bytesOf(head), bytes.subarray(head.length)]);
      else readAnswer([bytesOf('HTTP/1.1 299 Other\r\ntransfer-encoding: chunked\r\n\r\n')]);
      assert.equal(readAnswer(cut(bytes, at)), exact);
      assert.equal(readAnswer([bytes]), exact);
      seen.add(`${exact.done}-${exact.malformed !== null}-${exact.reusable}`);
    }),
    { numRuns: 3000 },
  );
  assert.equal([...seen].sort(), [
    'false-false-false',
    'false-true-false',
    'true-false-false',
    'true-false-true',
  ]);
});

test('a chunk may lie in one piece with head and end, or with others', () => {
  const head = heads[1] ?? '';
  const whole = bytesOf(head, '3\r\nabc\r\n', '3\r\ndef\r\n', '0\r\n\r\n');
  const wanted = {
    body: 'abcdef',
    status: 200,
    done: true,
    malformed: null,
    reusable: false,
    doneAtFin: true,
  };
  assert.equal(readAnswer([whole]), wanted);
  assert.equal(readAnswer([whole]), wanted, 'with a head that is known');
  assert.equal(readAnswer([whole.subarray(0, head.length), whole.subarray(head.length)]), wanted);
});

const path = { endpointNode: 'n', endpointPod: 'p', ingressNode: null, ingressPod: null, source: '10.0.0.1' };
const line = fc.oneof(
  { weight: 6, arbitrary: fc.constant('next') },
  fc.constantFrom('again', 'skip', 'zero', 'end', 'wrong end', 'foreign', 'two', 'open'),
);

function linesOf(kinds: readonly string[]): string[] {
  let number = 0;
  return kinds.map((kind) => {
    if (kind === 'next') return chunkLine(number++, number === 1 ? path : null, 40);
    if (kind === 'again') return chunkLine(number - 1, null, 40);
    if (kind === 'skip') return chunkLine(++number, null, 40);
    if (kind === 'zero') return `mf 0${number} ...\n`;
    if (kind === 'end') return endLine(number);
    if (kind === 'wrong end') return endLine(number + 1);
    if (kind === 'two') return chunkLine(number++, null, 40) + chunkLine(number++, null, 40);
    if (kind === 'open') return chunkLine(number, null, 40).trimEnd();
    return 'Not Found\n';
  });
}

test('a numbered body is read the same in pieces of any size', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), places, (kinds, at) => {
      const lines = linesOf(kinds).map((text) => bytesOf(text));
      const bytes = Buffer.concat(lines);
      const exact = readBody(oneByOne(bytes));
      assert.equal(readBody(lines), exact);
      assert.equal(readBody(cut(bytes, at)), exact);
      seen.add(`${exact.complete}-${exact.wrong}-${exact.path !== null}`);
    }),
    { numRuns: 3000 },
  );
  assert.ok(seen.size >= 6, [...seen].join(' '));
});

test('numbers of any length count', () => {
  const lines = Array.from({ length: 1234 }, (_, index) => chunkLine(index, index === 0 ? path : null, 32));
  const whole = [...lines, endLine(1234)].map((text) => bytesOf(text));
  assert.equal(readBody(whole), { chunks: 1234, complete: true, wrong: false, path });
  assert.ok(readBody(whole.filter((_, index) => index !== 1000)).wrong);
});

test.run();
