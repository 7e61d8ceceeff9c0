import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../src/base/errors.ts';
import { launchChild } from '../../../src/providers/child.ts';

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

test('a process that ends before it is ready says why', async () => {
  try {
    await role(`console.error('no such thing'); process.exit(3);`);
    assert.unreachable();
  } catch (error) {
    assert.match(messageOf(error), 'test (test) did not start: no such thing');
  }
});

test.run();
