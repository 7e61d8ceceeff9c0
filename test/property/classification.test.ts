import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outcome, outcomes } from '../../src/history/schema.ts';
import { type AnswerEnding, classify } from '../../src/load/http/classify.ts';
import { exchange } from '../../src/load/http/exchange.ts';
import { chunkLine, endLine } from '../../src/workload/protocol.ts';

/*
 * What a request is called must depend on what was sent and how it ended, and on nothing else: not on where the network
 * split the bytes, and never on luck. Every answer here is the numbered body of `count` chunks.
 */

const framings = ['chunked', 'length', 'close'] as const;
type Framing = (typeof framings)[number];

interface Answer {
  readonly head: string;
  /** The pieces of the body as the framing has them. */
  readonly body: readonly string[];
}

function answerOf(lines: readonly string[], framing: Framing, status = 200): Answer {
  const start = `HTTP/1.1 ${status} Some Words\r\nContent-Type: text/plain\r\n`;
  const text = lines.join('');
  if (framing === 'length') return { head: `${start}Content-Length: ${text.length}\r\n\r\n`, body: lines };
  if (framing === 'close') return { head: `${start}Connection: close\r\n\r\n`, body: lines };
  const chunks = lines.map((line) => `${line.length.toString(16)}\r\n${line}\r\n`);
  return { head: `${start}Transfer-Encoding: chunked\r\n\r\n`, body: [...chunks, '0\r\n\r\n'] };
}

const linesOf = (count: number) => [
  ...Array.from({ length: count }, (_, index) => chunkLine(index, null, 40)),
  endLine(count),
];

type Sudden = 'fin' | 'reset' | 'silence' | 'cancelled';
const sudden = fc.constantFrom<Sudden>('fin', 'reset', 'silence', 'cancelled');

/** Sends the bytes in pieces cut at `cuts`, then ends the connection. */
function outcomeOf(bytes: string, cuts: readonly number[], how: Sudden): Outcome {
  let found: Outcome | null = null;
  let told = 0;
  const request = exchange({
    id: 'x',
    load: 'slow',
    trial: 0,
    kind: 'stream',
    lane: null,
    dueAt: 0,
    startedAt: 0,
    expectStatus: 200,
    numbered: true,
    freshConnection: null,
    onEnd({ outcome }) {
      found = outcome;
      told += 1;
    },
  });
  request.connected(1, '127.0.0.1:1');
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    if (place > from) request.bytes(2, Buffer.from(bytes.slice(from, place), 'latin1'));
    from = place;
  }
  if (how === 'fin') request.fin(3);
  else if (how === 'reset') request.failed(3, 'ECONNRESET');
  else request.giveUp(3, how);
  request.fin(4); // what comes after the end is nobody's
  assert.is(told, 1, 'one outcome, once');
  if (found === null) throw new Error('no outcome');
  return found;
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });
const whole = fc.record({
  count: fc.integer({ min: 1, max: 6 }),
  framing: fc.constantFrom(...framings),
  cuts,
  how: sudden,
});

test('an answer that came whole is completed, however it was split and whatever came after', () => {
  fc.assert(
    fc.property(whole, ({ count, framing, cuts: places, how }) => {
      const { head, body } = answerOf(linesOf(count), framing);
      // Without a length only the end of the connection is the end of the answer: cancelled before it, it was cancelled.
      const expected = framing === 'close' && how === 'cancelled' ? 'cancelled' : 'completed';
      assert.is(outcomeOf(head + body.join(''), places, how), expected);
    }),
  );
});

test('an answer cut anywhere before its end marker is lost, and called by how it ended and whether its head was whole', () => {
  fc.assert(
    fc.property(whole, fc.nat(), ({ count, framing, cuts: places, how }, at) => {
      const { head, body } = answerOf(linesOf(count), framing);
      const bytes = head + body.join('');
      const marked = bytes.indexOf(endLine(count)) + endLine(count).length;
      const cut = bytes.slice(0, at % marked);
      const inBody = cut.length >= head.length;
      const expected: Record<Sudden, Outcome> = {
        fin: inBody ? 'truncated' : 'closed-before-response',
        reset: inBody ? 'reset-mid-body' : 'reset-before-response',
        silence: 'hung',
        cancelled: 'cancelled',
      };
      assert.is(outcomeOf(cut, places, how), expected[how]);
    }),
  );
});

test('a body that lacks a line, or has one twice or two exchanged, is never completed', () => {
  const damage = fc.constantFrom('drop', 'repeat', 'exchange');
  fc.assert(
    fc.property(whole, damage, fc.nat(), ({ count, framing, cuts: places, how }, kind, at) => {
      const lines = linesOf(count + 1);
      const index = at % (lines.length - 1);
      const [one, next] = [lines[index] ?? '', lines[index + 1] ?? ''];
      if (kind === 'drop') lines.splice(index, 1);
      else if (kind === 'repeat') lines.splice(index, 0, one);
      else lines.splice(index, 2, next, one);
      const { head, body } = answerOf(lines, framing);
      assert.is(outcomeOf(head + body.join(''), places, how), 'wrong-body');
    }),
  );
});

test('a whole answer of another status is http-error', () => {
  const status = fc.constantFrom(204, 301, 403, 404, 499, 500, 502, 503, 504);
  fc.assert(
    fc.property(whole, status, ({ framing, cuts: places }, code) => {
      const { head, body } = answerOf(['sorry\n'], framing, code);
      assert.is(outcomeOf(head + body.join(''), places, 'fin'), 'http-error');
    }),
  );
});

test('bytes that are anything are never taken for a completed answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), cuts, sudden, (bytes, places, how) => {
      assert.is.not(outcomeOf(Buffer.from(bytes).toString('latin1'), places, how), 'completed');
    }),
  );
});

test('every ending has a class, and only what we ended is cancelled', () => {
  const endings: Record<AnswerEnding, true> = {
    whole: true,
    fin: true,
    error: true,
    silence: true,
    'connect-timeout': true,
    reset: true,
    'slow-connect': true,
    malformed: true,
    handshake: true,
    wrong: true,
    cancelled: true,
  };
  const anyEnding = fc.constantFrom(...(Object.keys(endings) as AnswerEnding[]));
  const seen = fc.record({
    connected: fc.boolean(),
    status: fc.option(fc.constantFrom(200, 403, 500, 502)),
    expectStatus: fc.constantFrom(200, 403),
    marked: fc.option(fc.boolean()),
    errno: fc.option(fc.constantFrom('ECONNRESET', 'ECONNREFUSED', 'EMFILE', 'ETIMEDOUT', 'EHOSTUNREACH')),
  });
  fc.assert(
    fc.property(anyEnding, seen, (ending, what) => {
      fc.pre(ending !== 'whole' || what.status !== null); // a whole answer has a head
      const outcome = classify(ending, what);
      assert.ok(outcomes.includes(outcome));
      assert.is(outcome === 'cancelled', ending === 'cancelled');
      if (outcome === 'completed') assert.is(what.status, what.expectStatus);
    }),
  );
});

test.run();
