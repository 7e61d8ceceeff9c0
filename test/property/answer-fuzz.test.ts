import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { malformations } from '../../src/base/malformed.ts';
import { headLimit } from '../../src/load/http/answer-parser.ts';
import { responseReader } from '../../src/load/http/response.ts';

/*
 * Any bytes, for a bounded time: whatever a server sends, the parser ends, throws nothing, says the same in pieces of any
 * size, and never more than once.
 */

/** How long each kind of bytes is tried, ms; the seed of a failure is printed. */
const boundMs = 4000;
const bounded = { interruptAfterTimeLimit: boundMs, markInterruptAsFailure: false, numRuns: 1_000_000 };

interface Read {
  readonly body: string;
  readonly status: number | null;
  readonly done: boolean;
  readonly malformed: string | null;
  readonly doneAtFin: boolean;
}

function read(pieces: readonly Buffer[], bodiless = false): Read {
  let body = '';
  const reader = responseReader(
    {
      body(bytes) {
        assert.is(reader.done, false, 'no body after the end');
        body += bytes.toString('latin1');
      },
    },
    bodiless,
  );
  for (const piece of pieces) reader.push(piece);
  const { status, done, malformed } = reader;
  assert.ok(malformed === null || Object.hasOwn(malformations, malformed), `reason ${malformed}`);
  assert.not.ok(done && malformed !== null, 'whole or malformed');
  assert.ok(status === null || (status >= 100 && status <= 999), `status ${status}`);
  if (bodiless) assert.is(body, '', 'HEAD has no body');
  reader.over();
  return { body, status, done, malformed, doneAtFin: reader.done };
}

const oneByOne = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.from([byte]));
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % Math.max(1, bytes.length)))].sort((a, b) => a - b);
  return [0, ...at]
    .map((from, index) => bytes.subarray(from, at[index] ?? bytes.length))
    .filter(({ length }) => length > 0);
}

/** Pieces that mean something to a parser of HTTP, beside bytes that mean nothing. */
const words = [
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 204 No Content\r\n',
  'HTTP/1.1 304 \r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.0 200\r\n',
  'HTTP/1.1 000 x\r\n',
  'HTTP/',
  'Content-Length: 5\r\n',
  'content-length: 5, 5\r\n',
  'content-length: 7\r\n',
  'content-length: -1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'transfer-encoding: gzip\r\n',
  'transfer-encoding: gzip, chunked\r\n',
  'Connection: close\r\n',
  'Location: /x\r\n',
  'x: y\r\n',
  ' folded\r\n',
  ':\r\n',
  '\r\n',
  '\n',
  '\r',
  '5\r\nabcde\r\n',
  'fffffffffffff\r\n',
  '0\r\n',
  '0\r\n\r\n',
  '5;ext\r\n',
  'abcde',
];
const token = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...words).map((text) => Buffer.from(text, 'latin1')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)) },
);
const begun = fc
  .constantFrom('HTTP/1.1 200 OK\r\n', 'HTTP/1.1 304 x\r\n', '')
  .map((text) => Buffer.from(text));
const grammar = fc
  .tuple(begun, fc.array(token, { maxLength: 14 }))
  .map(([first, rest]) => Buffer.concat([first, ...rest]));
const places = fc.array(fc.nat(300), { maxLength: 8 });

test('parts of HTTP in any order', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(grammar, places, fc.boolean(), (bytes, at, bodiless) => {
      const exact = read(oneByOne(bytes), bodiless);
      assert.equal(read(cut(bytes, at), bodiless), exact);
      assert.equal(read(bytes.length === 0 ? [] : [bytes], bodiless), exact);
      seen.add(`${exact.done} ${exact.malformed}`);
    }),
    bounded,
  );
  assert.ok(seen.has('true null') && seen.has('false null') && seen.size > 2, [...seen].join(', '));
});

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), places, (raw, at) => {
      const bytes = Buffer.from(raw);
      assert.equal(read(cut(bytes, at)), read(oneByOne(bytes)));
    }),
    bounded,
  );
});

test('a whole answer of which bytes were changed, dropped or doubled', () => {
  const answer = Buffer.from(
    'HTTP/1.1 103 x\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nabcde\r\nA;b=c\r\n0123456789\r\n0\r\nx: y\r\n\r\n',
  );
  const damage = fc.record({ at: fc.nat(answer.length - 1), byte: fc.nat(255), how: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), places, (damages, at) => {
      let bytes = answer;
      for (const { at: place, byte, how } of damages) {
        const where = place % bytes.length;
        const kept =
          how === 0
            ? [Buffer.from([byte])]
            : how === 1
              ? []
              : [bytes.subarray(where, where + 1), Buffer.from([byte])];
        bytes = Buffer.concat([bytes.subarray(0, where), ...kept, bytes.subarray(where + 1)]);
      }
      assert.equal(read(cut(bytes, at)), read(oneByOne(bytes)));
    }),
    bounded,
  );
});

test('no head, trailer or chunk size grows without end', () => {
  const heads = [
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n',
  ];
  const fillers = ['x: y\r\n', 'x', 'HTTP/1.1 100 x\r\n\r\n', '\r\n', '0'];
  fc.assert(
    fc.property(
      fc.constantFrom(...heads),
      fc.constantFrom(...fillers),
      fc.integer({ min: 1000, max: 70_000 }),
      (head, filler, size) => {
        fc.pre(head !== heads[0] || filler !== '\r\n'); // a body without an end may be as long as it likes
        const reader = responseReader({ body() {} });
        reader.push(Buffer.from(head));
        const piece = Buffer.from(filler.repeat(Math.ceil(size / filler.length)));
        let sent = 0;
        while (!reader.done && reader.malformed === null && sent <= 3 * headLimit) {
          reader.push(piece);
          sent += piece.length;
        }
        assert.ok(
          reader.done || reader.malformed !== null,
          `${sent} bytes of ${JSON.stringify(filler)} after ${head}`,
        );
      },
    ),
    { ...bounded, interruptAfterTimeLimit: 2000 },
  );
});

test.run();
