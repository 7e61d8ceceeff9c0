import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod/mini';
import { launchChild } from '../../../src/base/child.ts';
import { messageOf } from '../../../src/base/errors.ts';

const protocol = {
  role: 'test',
  config: z.object({}),
  command: z.never(),
  report: z.discriminatedUnion('type', [
    z.object({ type: z.literal('one') }),
    z.object({ type: z.literal('count'), count: z.number() }),
  ]),
  ready: z.object({ heir: z.optional(z.number()) }),
};

const role = (script: string) =>
  launchChild({
    protocol,
    command: process.execPath,
    args: ['-e', `process.stdin.once('data', () => { ${script} })`],
    name: 'test',
    config: {},
  });

test('a process that ends amid a message: what came before it counts', async () => {
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
    console.log(JSON.stringify({ type: 'ready', heir: pid }));
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);`);
  const heir = Number(child.ready.heir);
  try {
    const began = performance.now();
    assert.is((await child.exited).signal, 'SIGKILL');
    assert.ok(performance.now() - began < 30_000, 'not when its child ends');
  } finally {
    process.kill(heir, 'SIGKILL');
  }
});

test('what is not in the protocol comes as a failure, once of each kind, and what is comes as it is', async () => {
  const child = await role(`
    for (const message of [
      { type: 'ready' },
      { type: 'count', count: 1, more: true },
      { type: 'count', count: 'two' },
      { type: 'count', count: 'three' },
      { type: 'two' },
      { type: 'failed' },
      { type: 'failed', reason: 'its own' },
      { type: 'fatal', message: 'the end' },
    ]) console.log(JSON.stringify(message));
    process.exit(0);`);
  const seen: unknown[] = [];
  child.onMessage((message) => seen.push(message));
  await child.exited;
  const failed = (type: string, where: string) => ({
    type: 'failed',
    reason: `the message '${type}' is not in its protocol (${where})`,
  });
  assert.equal(seen, [
    { type: 'count', count: 1 },
    failed('count', 'count'),
    failed('two', 'type'),
    failed('failed', 'reason'),
    { type: 'failed', reason: 'its own' },
    { type: 'fatal', message: 'the end' },
  ]);
});

test('a process that is ready in another way than its protocol has it is refused', async () => {
  try {
    await role(`console.log('{"type":"ready","heir":"nobody"}');`);
    assert.unreachable();
  } catch (error) {
    assert.match(
      messageOf(error),
      "test (test) did not start: the message 'ready' is not in its protocol (heir)",
    );
  }
});

test('a process that ends before it is ready reports why', async () => {
  try {
    await role(`console.error('no such thing'); process.exit(3);`);
    assert.unreachable();
  } catch (error) {
    assert.match(messageOf(error), 'test (test) did not start: no such thing');
  }
});

test.run();
