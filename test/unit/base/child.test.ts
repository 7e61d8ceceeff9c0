import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { launchChild } from '../../../src/base/child.ts';
import { messageOf } from '../../../src/base/errors.ts';

const role = (script: string) =>
  launchChild({
    command: process.execPath,
    args: ['-e', `process.stdin.once('data', () => { ${script} })`],
    role: 'test',
    name: 'test',
    config: {},
  });

test('a process that ends amid a message: what came before it stands', async () => {
  const child = await role(`
    console.log('{"type":"ready"}');
    console.log('{"type":"one"}');
    process.stdout.write('{"type":"tw', () => process.kill(process.pid, 'SIGKILL'));`);
  const seen: string[] = [];
  child.onMessage(({ type }) => seen.push(type));
  const { signal, expected, stderr } = await child.exited;
  assert.equal(seen, ['one']);
  assert.is(signal, 'SIGKILL');
  assert.is(expected, false);
  assert.match(stderr, '{"type":"tw');
  await child.stop();
});

test('a process is over at its own end, though a child of it lives on with its pipes', async () => {
  const child = await role(`
    const { pid } = require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' });
    console.log(JSON.stringify({ type: 'ready', pid }));
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);`);
  const heir = Number(child.ready.pid);
  try {
    const began = performance.now();
    assert.is((await child.exited).signal, 'SIGKILL');
    assert.ok(performance.now() - began < 30_000, 'not when its child ends');
  } finally {
    process.kill(heir, 'SIGKILL');
  }
});

test('a process that ends before it is ready says why', async () => {
  try {
    await role(`console.error('no such thing'); process.exit(3);`);
    assert.unreachable();
  } catch (error) {
    assert.match(messageOf(error), 'test (test) did not start: no such thing');
  }
});

test.run();
