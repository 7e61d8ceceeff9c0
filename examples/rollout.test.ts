import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watch } from 'midflight';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

// Your application: its answers take a while, and a rollout puts another version in place.
const version =
  (name: string): RequestListener =>
  (_request, response) => {
    response.write(`${name} begins\n`);
    setTimeout(() => response.end(`${name} ends\n`), 200);
  };
let current = version('v1');
const server = createServer((request, response) => current(request, response));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
test.after(() => {
  server.close();
});

async function rollOut(name: string): Promise<void> {
  current = version(name);
  await new Promise((resolve) => setTimeout(resolve, 500));
}

test('my rollout loses no request', async () => {
  const { port } = server.address() as AddressInfo;
  const { report, folder } = await watch(`http://127.0.0.1:${port}/`, {
    during: () => rollOut('v2'),
    stability: '1s', // how long all must be well before and after
    rate: 10, // requests a second on new connections, and as many on a kept one
    streams: 5, // requests held open, each followed to its last byte
    expectEnd: 'ends\n',
    maxLost: 0,
    maxFailed: 0,
  });
  assert.is(report.verdict, 'pass', `see ${folder}/report.html`);
});

test.run();
