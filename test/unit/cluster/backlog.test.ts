import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fillBacklog } from '../../../src/cluster/backlog.ts';
import { knock } from '../../support/knock.ts';
import { skipped } from '../../support/skip.ts';

const listenerProgram = `
  const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
  server.listen({ host: '127.0.0.1', port: 0, backlog: 64 }, () => console.log(server.address().port));
`;

if (process.platform !== 'linux') skipped('linux', 'silence by a full backlog', 'only Linux drops the SYNs');
else
  test('a stopped listener answers until its backlog is full, then never, and again when it goes on', async () => {
    const child = spawn(process.execPath, ['-e', listenerProgram], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [output] = await once(child.stdout, 'data');
      const port = Number(String(output));
      child.kill('SIGSTOP');
      assert.is(await knock({ port }, 500), 'answered', 'a stopped process alone is not silent');
      const filling = await fillBacklog({ host: '127.0.0.1', port }, null);
      assert.ok(filling.held >= 32, `${filling.held} held`);
      assert.is(await knock({ port }, 500), 'silent');
      filling.release();
      child.kill('SIGCONT');
      assert.is(await knock({ port }, 10_000), 'answered');
    } finally {
      child.kill('SIGKILL');
    }
  });

if (process.platform === 'linux')
  test('a short queue is filled with few connections', async () => {
    const child = spawn(process.execPath, ['-e', listenerProgram.replace('backlog: 64', 'backlog: 8')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [output] = await once(child.stdout, 'data');
      const port = Number(String(output));
      child.kill('SIGSTOP');
      const filling = await fillBacklog({ host: '127.0.0.1', port }, null, 8);
      assert.ok(filling.held >= 8 && filling.held <= 16, `${filling.held} held`);
      assert.is(await knock({ port }, 500), 'silent');
      filling.release();
    } finally {
      child.kill('SIGKILL');
    }
  });

test('there is nothing to fill if nothing listens', async () => {
  const filling = await fillBacklog({ host: '127.0.0.1', port: 1 }, null);
  assert.is(filling.held, 0);
});

test.run();
