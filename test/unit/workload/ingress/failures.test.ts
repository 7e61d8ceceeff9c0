import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { IngressConfig } from '../../../../src/workload/ingress/config.ts';
import { ask, rawServer, startIngress, until } from '../../../support/workload.ts';

/** An ingress in front of an upstream that does as told, for the time of `work`. */
async function inFrontOf(
  onSocket: (socket: Socket) => void,
  work: (ingress: Awaited<ReturnType<typeof startIngress>>) => Promise<void>,
  config: Partial<IngressConfig> = {},
): Promise<void> {
  const upstream = await rawServer(onSocket);
  const ingress = await startIngress({ upstream: [upstream.endpoint], ...config });
  try {
    await work(ingress);
  } finally {
    await ingress.close();
    await upstream.close();
  }
}

const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const hello = '5\r\nhello\r\n';
/** `then` once a request is there. */
const onRequest = (then: (socket: Socket, count: number) => void) => {
  let count = 0;
  return (socket: Socket) =>
    socket.on('data', () => {
      count += 1;
      then(socket, count);
    });
};

test('an upstream that refuses: 502', async () => {
  const closed = await rawServer(() => {});
  await closed.close();
  const ingress = await startIngress({ upstream: [closed.endpoint] });
  const seen = await ask({ port: ingress.port, path: '/' });
  await ingress.close();
  assert.is(`${seen.status} ${seen.body}`, '502 Bad Gateway');
});

for (const how of ['destroy', 'resetAndDestroy'] as const)
  test(`an upstream that ends a fresh connection before its answer (${how}): 502, asked once`, async () => {
    let asked = 0;
    await inFrontOf(
      onRequest((socket, count) => {
        asked = count;
        socket[how]();
      }),
      async ({ port, events }) => {
        assert.is((await ask({ port, path: '/' })).status, 502);
        assert.is(asked, 1);
        await until(() => events.length === 1);
        assert.is(events[0]?.status, 502);
      },
    );
  });

test('an upstream that speaks no HTTP: 500', () =>
  inFrontOf(
    onRequest((socket) => socket.end('SSH-2.0-none\r\n')),
    async ({ port }) => assert.is((await ask({ port, path: '/' })).status, 500),
  ));

for (const how of ['destroy', 'resetAndDestroy'] as const)
  test(`an upstream cut in its body (${how}): the client's connection closes without the last chunk`, () =>
    inFrontOf(
      onRequest((socket) => {
        socket.write(head + hello);
        setTimeout(() => socket[how](), 50);
      }),
      async ({ port, events }) => {
        const seen = await ask({ port, path: '/', headers: [] });
        assert.is(seen.status, 200);
        assert.is(seen.body, 'hello');
        assert.is(seen.end, 'fin');
        assert.not.ok(seen.whole);
        await until(() => events.length === 1);
        assert.is(events[0]?.status, 200);
      },
    ));

test('an upstream cut short of its announced length', () =>
  inFrontOf(
    onRequest((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')),
    async ({ port }) => {
      const seen = await ask({ port, path: '/' });
      assert.is(seen.body, 'hello');
      assert.not.ok(seen.whole);
      assert.is(seen.end, 'fin');
    },
  ));

test('a kept connection that broke meanwhile is no error: the request is sent anew', async () => {
  const per = new Map<Socket, number>();
  let connections = 0;
  await inFrontOf(
    (socket) => {
      connections += 1;
      socket.on('data', () => {
        const nth = (per.get(socket) ?? 0) + 1;
        per.set(socket, nth);
        // The second request on a connection finds it closing.
        if (nth > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    },
    async ({ port }) => {
      for (let round = 0; round < 4; round += 1)
        assert.is((await ask({ port, path: `/${round}` })).status, 200, `round ${round}`);
      assert.is(connections, 4);
    },
  );
});

test('a request that must not be repeated is not: a POST on a broken kept connection is a 502', async () => {
  const per = new Map<Socket, number>();
  await inFrontOf(
    (socket) =>
      socket.on('data', () => {
        const nth = (per.get(socket) ?? 0) + 1;
        per.set(socket, nth);
        if (nth > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }),
    async ({ port }) => {
      assert.is((await ask({ port, path: '/' })).status, 200);
      assert.is((await ask({ port, path: '/', method: 'POST', body: 'x' })).status, 502);
    },
  );
});

test('an upstream that does not accept in time: 504', async () => {
  const silent = await silentServer();
  const ingress = await startIngress({ upstream: [silent.endpoint], dialTimeoutMs: 300 });
  try {
    const began = performance.now();
    const seen = await ask({ port: ingress.port, path: '/' });
    assert.is(`${seen.status} ${seen.body}`, '504 Gateway Timeout');
    assert.ok(performance.now() - began > 295);
  } finally {
    await ingress.close();
    silent.close();
  }
});

/** A stopped process with a full backlog: the kernel drops each further SYN. */
async function silentServer() {
  const code = `require('node:net').createServer().listen({host:'127.0.0.1',port:0,backlog:1}, function () {
    require('node:fs').writeSync(1, String(this.address().port) + '\\n');
    process.kill(process.pid, 'SIGSTOP');
  })`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (data) => resolve(Number(data))),
  );
  const fillers: Socket[] = [];
  const fill = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    fillers.push(socket);
    return new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      setTimeout(() => resolve(false), 300);
    });
  };
  for (let tries = 0; tries < 10 && (await fill()); tries += 1);
  return {
    endpoint: { host: '127.0.0.1', port },
    close() {
      child.kill('SIGKILL');
      for (const socket of fillers) socket.destroy();
    },
  };
}

test.run();
