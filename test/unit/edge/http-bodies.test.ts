import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ended, get, httpTest, serveHttp } from '../../support/http-edge.ts';

const test = suite('bodies through a balancer that speaks HTTP');

test(
  'a node that falls silent within its answer: the client sees it end, after the idle time-out',
  httpTest(1, { idleTimeoutMs: 300 }, async (rig) => {
    await serveHttp(rig, 'node-0', (_request, response) => void response.write('begun'));
    const { status, body, end } = await get(rig);
    assert.equal([status, body, end], [200, 'begun', 'cut']);
    const { own, ended: how, bytesDown } = await ended(rig);
    assert.equal([own, how, bytesDown], [null, 'idle', 5]);
  }),
);

test(
  'a node that dies within its answer cuts it at once',
  httpTest(1, {}, async (rig) => {
    await serveHttp(rig, 'node-0', ({ socket }, response) => {
      response.write('begun');
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    assert.equal(await get(rig).then(({ body, end }) => [body, end]), ['begun', 'cut']);
    assert.is((await ended(rig)).ended, 'cut');
  }),
);

test(
  'an answer that keeps coming outlasts the idle time-out',
  httpTest(1, { idleTimeoutMs: 500 }, async (rig) => {
    await serveHttp(rig, 'node-0', (_request, response) => {
      let chunks = 0;
      const timer = setInterval(() => {
        chunks += 1;
        response.write('x');
        if (chunks < 12) return;
        clearInterval(timer);
        response.end();
      }, 100);
    });
    assert.equal(await get(rig).then(({ body, end }) => [body.length, end]), [12, 'whole']);
  }),
);

test(
  'bodies stream in both directions, chunk by chunk, with their headers',
  httpTest(1, {}, async (rig) => {
    await serveHttp(rig, 'node-0', (received, response) => {
      response.writeHead(207, { 'x-saw': String(received.headers['x-forwarded-for']), te: 'trailers' });
      received.on('data', (bytes: Buffer) => response.write(bytes.toString('latin1').toUpperCase()));
      received.on('end', () => response.end('!'));
    });
    const sent = request({
      host: rig.host,
      port: rig.port,
      method: 'POST',
      headers: { 'x-forwarded-for': '192.0.2.7' },
      agent: new Agent(),
    });
    sent.write('one');
    const [response] = await once(sent, 'response');
    response.setEncoding('latin1');
    const whole = once(response, 'end'); // it may come in the same tick as what was before it
    assert.is((await once(response, 'data'))[0], 'ONE');
    sent.end('two');
    assert.match((await once(response, 'data'))[0], /^TWO/);
    await whole;
    assert.is(response.statusCode, 207);
    assert.match(response.headers['x-saw'], /^192\.0\.2\.7, 127\./);
    assert.is(response.headers.te, undefined, 'of one connection only');
  }),
);

test(
  'a client that does not read holds its node back',
  httpTest(1, {}, async (rig) => {
    let written = 0;
    const total = 64 * 1024 * 1024;
    await serveHttp(rig, 'node-0', (_request, response) => {
      const more = () => {
        while (written < total) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const client = connect(rig.port, rig.host);
    client.pause();
    client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    // Until nothing has moved for a while.
    let last = -1;
    while (last !== written || written === 0) {
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.ok(written < total / 2, `${written} bytes were taken from the node`);
    client.destroy();
    assert.is((await ended(rig)).ended, 'left');
  }),
);

test(
  'Expect is answered by the balancer, and an Upgrade is passed on as a plain request',
  httpTest(1, {}, async (rig) => {
    const seen: (string | undefined)[] = [];
    await serveHttp(rig, 'node-0', ({ headers }, response) => {
      seen.push(headers.expect, headers.upgrade);
      response.end('plain');
    });
    const client = connect(rig.port, rig.host);
    client.setEncoding('latin1');
    client.write('POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n');
    assert.match((await once(client, 'data'))[0], /^HTTP\/1\.1 100 Continue/);
    client.write('ok');
    assert.match((await once(client, 'data'))[0], /^HTTP\/1\.1 200 OK/);
    client.destroy();
    const upgrade = { connection: 'upgrade', upgrade: 'websocket' };
    assert.is((await get(rig, { headers: upgrade })).body, 'plain');
    assert.equal(seen, [undefined, undefined, undefined, undefined]);
  }),
);

test.run();
