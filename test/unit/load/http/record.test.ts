import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventOf } from '../../../../src/history/schema.ts';
import { type RequestOptions, requestRecord } from '../../../../src/load/http/record.ts';
import type { WantedAnswerChecks } from '../../../../src/load/http/wanted.ts';

function recorded(more: Partial<RequestOptions> = {}) {
  const ends: EventOf<'end'>[] = [];
  const record = requestRecord({
    id: 'a-0',
    load: 'a',
    trial: 0,
    kind: 'stream',
    lane: null,
    dueAt: 0,
    startedAt: 0,
    expectStatus: 200,
    numbered: false,
    freshConnection: null,
    onEnd: (event) => ends.push(event),
    ...more,
  });
  return { record, ends };
}
const whole = { status: 200, errno: null, reusable: false };

test('the longest silence is between two bytes, or from the last to the end; 0 if all came at once', () => {
  const at = (instants: readonly number[], endAt: number) => {
    const { record, ends } = recorded();
    record.connected(10, '127.0.0.1:1');
    for (const t of instants) record.heard(t);
    record.end(endAt, 'whole', whole);
    return ends[0]?.longestSilenceNs;
  };
  assert.is(at([20], 20), 0);
  assert.is(at([20, 50, 60], 60), 30);
  assert.is(at([20, 30], 90), 60);
  assert.is(at([], 90), 0);
});

const body = Buffer.from('0123456789 the end \n');
function heldAgainst(wanted: Partial<WantedAnswerChecks>, bytes = body, endAt = 1000) {
  const { record, ends } = recorded({ wanted: { bytes: null, end: null, minNs: null, ...wanted } });
  record.connected(10, '127.0.0.1:1');
  record.heard(20);
  for (let at = 0; at < bytes.length; at += 7) record.body(bytes.subarray(at, at + 7), 200);
  record.end(endAt, 'whole', whole);
  return [ends[0]?.outcome, ends[0]?.errno];
}

test('a whole answer is held against what is known of it', () => {
  assert.equal(heldAgainst({}), ['completed', null]);
  assert.equal(heldAgainst({ bytes: 20 }), ['completed', null]);
  assert.equal(heldAgainst({ bytes: 21 }), ['truncated', 'expect-bytes']);
  assert.equal(heldAgainst({ bytes: 19 }), ['wrong-body', 'expect-bytes']);
  assert.equal(heldAgainst({ end: 'the end' }), ['completed', null]);
  assert.equal(heldAgainst({ end: 'the end\n' }), ['completed', null]);
  assert.equal(heldAgainst({ end: 'an end' }), ['truncated', 'expect-end']);
  assert.equal(heldAgainst({ end: 'x'.repeat(300) }), ['truncated', 'expect-end']);
  assert.equal(heldAgainst({ end: '0' }, Buffer.alloc(0)), ['truncated', 'expect-end']);
  assert.equal(heldAgainst({ minNs: 1000 }), ['completed', null]);
  assert.equal(heldAgainst({ minNs: 1001 }), ['truncated', 'min-time']);
});

test('an end longer than one read is found, and so are characters of several bytes', () => {
  assert.equal(heldAgainst({ end: `${'é'.repeat(40)}!` }, Buffer.from(`x${'é'.repeat(40)}!\n`)), [
    'completed',
    null,
  ]);
});

test('what failed otherwise keeps its own name', () => {
  const { record, ends } = recorded({ wanted: { bytes: 5, end: null, minNs: null } });
  record.heard(20);
  record.end(30, 'error', { status: 200, errno: 'ECONNRESET', reusable: false });
  assert.equal([ends[0]?.outcome, ends[0]?.errno], ['reset-mid-body', 'ECONNRESET']);
});

test('a name that is still looked up at the connection time-out is unresolved', () => {
  const { record, ends } = recorded();
  record.resolving = true;
  record.end(30, 'connect-timeout', { status: null, errno: null, reusable: false });
  assert.is(ends[0]?.outcome, 'unresolved');
});

test.run();
