import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { greeter, hello } from '../../../src/edge/hello.ts';

/** What is passed on of these pieces, and when the answer went: before which piece (their number: at the connect after all). */
function greet(pieces: readonly (Buffer | 'connected')[]) {
  const answers: number[] = [];
  let at = 0;
  const one = greeter(() => answers.push(at));
  let passed = '';
  for (const piece of pieces) {
    if (piece === 'connected') one.connected();
    else passed += one.take(piece).toString('latin1');
    at += 1;
  }
  return { passed, answers };
}
const bytes = (text: string) => Buffer.from(text, 'latin1');

test('a hello is taken out, and answered when the pod has answered, whichever comes first', () => {
  assert.equal(greet([hello, 'connected']), { passed: '', answers: [1] });
  assert.equal(greet(['connected', hello]), { passed: '', answers: [1] });
  assert.equal(greet([Buffer.concat([hello, bytes('GET /')]), 'connected', bytes(' HTTP')]), {
    passed: 'GET / HTTP',
    answers: [1],
  });
});

test('a hello in pieces is a hello, and only the first counts', () => {
  const pieces = Array.from(hello, (byte) => Buffer.from([byte]));
  assert.equal(greet([...pieces, 'connected']), { passed: '', answers: [pieces.length] });
  assert.equal(greet([hello, hello, 'connected']).passed, hello.toString('latin1'));
});

test('whoever says no hello is passed on whole, and gets no answer', () => {
  assert.equal(greet([bytes('GET /'), 'connected', bytes('more')]), { passed: 'GET /more', answers: [] });
  const almost = Buffer.concat([hello.subarray(0, 5), bytes('x')]);
  assert.equal(greet([hello.subarray(0, 5), bytes('x'), 'connected']), {
    passed: almost.toString('latin1'),
    answers: [],
  });
});

test.run();
