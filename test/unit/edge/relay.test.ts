import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { errnoOf } from '../../../src/base/errors.ts';
import { closeOf, dial, withRig } from '../../support/relay-client.ts';

const test = suite('what arrives is what leaves');

test(
  'a whole answer and FIN arrive as such, and the log counts every byte',
  withRig({}, async (rig) => {
    await rig.serve('node-0', (socket) => socket.on('data', () => socket.end('answer')));
    const seen = dial(rig);
    seen.socket.write('ask');
    await seen.ended;
    seen.socket.end();
    const close = await closeOf(rig, seen);
    assert.equal([seen.bytes, seen.marks], ['answer', ['FIN']]);
    assert.equal(
      [close.node, close.connect, close.bytesUp, close.bytesDown, close.clientEnd, close.upstreamEnd],
      ['node-0', 'connected', 3, 6, 'fin', 'fin'],
    );
    assert.ok(close.connectedAt !== null && close.lastDownAt !== null && close.lastDownAt <= close.t);
    const open = await rig.event('edge-open', (event) => event.conn === close.conn);
    assert.equal([open.client, open.node], [close.client, 'node-0']);
  }),
);

test(
  'RST from the node leaves as RST, after the bytes before it',
  withRig({}, async (rig) => {
    await rig.serve('node-0', (socket) =>
      socket.on('data', () => {
        socket.write('part');
        setTimeout(() => socket.resetAndDestroy(), 50);
      }),
    );
    const seen = dial(rig);
    seen.socket.write('ask');
    await seen.ended;
    assert.equal([seen.bytes, seen.marks], ['part', ['RST']]);
    const close = await closeOf(rig, seen);
    assert.equal([close.upstreamEnd, close.clientEnd], ['rst', 'open']);
  }),
);

test(
  'RST from the client leaves as RST towards the node',
  withRig({}, async (rig) => {
    let atNode = '';
    await rig.serve('node-0', (socket) => {
      socket.on('data', () => socket.write('hello'));
      socket.on('end', () => {
        atNode += 'FIN';
      });
      socket.on('error', (error) => {
        atNode += errnoOf(error);
      });
    });
    const seen = dial(rig);
    seen.socket.write('ask');
    await once(seen.socket, 'data');
    const closed = closeOf(rig, seen);
    seen.socket.resetAndDestroy();
    const close = await closed;
    assert.equal([close.clientEnd, close.upstreamEnd], ['rst', 'open']);
    await sleep(50);
    assert.is(atNode, 'ECONNRESET');
  }),
);

test(
  'the client may end its side and still be answered',
  withRig({}, async (rig) => {
    await rig.serve('node-0', (socket) => {
      let asked = '';
      socket.on('data', (bytes) => {
        asked += bytes;
      });
      socket.on('end', () => socket.end(`you said ${asked}`));
    });
    const seen = dial(rig);
    seen.socket.end('all of it'); // FIN at once, before the node can have answered
    await seen.ended;
    assert.equal([seen.bytes, seen.marks], ['you said all of it', ['FIN']]);
  }),
);

test(
  'the node may end its side and still be told',
  withRig({}, async (rig) => {
    let told = '';
    const heard = new Promise<void>((resolve) => {
      void rig.serve('node-0', (socket) => {
        socket.end('done');
        socket.on('data', (bytes) => {
          told += bytes;
        });
        socket.on('end', resolve);
      });
    });
    await sleep(50);
    const seen = dial(rig);
    await seen.ended;
    seen.socket.write('late ');
    await sleep(20);
    seen.socket.end('words');
    await heard;
    assert.is(told, 'late words');
  }),
);

test(
  'silence from the node is silence for the client',
  withRig({}, async (rig) => {
    await rig.serve('node-0', (socket) => socket.on('data', () => socket.write('part')));
    const seen = dial(rig);
    seen.socket.write('ask');
    await once(seen.socket, 'data');
    const timedOut = await Promise.race([seen.ended.then(() => false), sleep(800).then(() => true)]);
    assert.ok(timedOut);
    assert.equal(seen.marks, []);
    seen.socket.destroy();
  }),
);

test.run();
