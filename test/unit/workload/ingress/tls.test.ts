import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shortPath, streamPath } from '../../../../src/workload/protocol.ts';
import { ask, startApp, startIngress } from '../../../support/workload.ts';

interface Seen {
  readonly status: number | undefined;
  readonly protocol: string | false | null | undefined;
  readonly whole: boolean;
}

const hostname = 'app.midflight.test';

/** As browsers and CDNs do. */
const offers = { ALPNProtocols: ['h2', 'http/1.1'] };

/** One request by TLS on a connection of its own; a certificate of anybody's will do. Rejects if it is not answered. */
const askSecure = (port: number, path: string, begun = () => {}) =>
  new Promise<Seen>((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path,
        servername: hostname,
        headers: { host: hostname },
        agent: false,
        rejectUnauthorized: false,
        ...offers,
      },
      (answer) => {
        answer.once('data', begun);
        answer.resume();
        answer.on('error', () => {});
        answer.on('close', () =>
          resolve({
            status: answer.statusCode,
            protocol: (answer.socket as TLSSocket).alpnProtocol,
            whole: answer.complete,
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });

/** A stream past its first bytes. */
async function inFlight(port: number, durationMs: number): Promise<{ readonly ended: Promise<Seen> }> {
  const path = streamPath({ id: 'r', durationMs, intervalMs: 50, chunkSize: 64 });
  let ended: Promise<Seen> | undefined;
  await new Promise<void>((begun, reject) => {
    ended = askSecure(port, path, begun);
    ended.catch(reject);
  });
  if (ended === undefined) throw new Error('never asked');
  return { ended };
}

async function carried(config: Parameters<typeof startIngress>[0] = {}) {
  const app = await startApp();
  const ingress = await startIngress({
    upstream: [{ host: app.host, port: app.port }],
    securePort: 0,
    ...config,
  });
  return { app, ingress, port: ingress.securePort ?? 0 };
}

test('both ports lead to the app, one of them by TLS, and each tells the upstream how it was reached', async () => {
  const { app, ingress, port } = await carried();
  assert.equal(await askSecure(port, shortPath('secure')), {
    status: 200,
    protocol: 'http/1.1',
    whole: true,
  });
  assert.is((await ask({ port: ingress.port, path: shortPath('plain') })).status, 200);
  assert.equal(
    ingress.events.map(({ id, status }) => [id, status]),
    [
      ['secure', 200],
      ['plain', 200],
    ],
  );
  await ingress.close();
  await app.close();
});

test('the certificate is for the hostname, and each ingress pod has one of its own', async () => {
  const [one, other] = [await carried(), await carried()];
  const certificateAt = (port: number) =>
    new Promise<{ names: string | undefined; fingerprint: string }>((resolve, reject) => {
      const socket = connect(
        { host: '127.0.0.1', port, servername: hostname, rejectUnauthorized: false },
        () => {
          const { subjectaltname, fingerprint256 } = socket.getPeerCertificate();
          socket.destroy();
          resolve({ names: subjectaltname, fingerprint: fingerprint256 });
        },
      );
      socket.on('error', reject);
    });
  const [first, second] = await Promise.all([certificateAt(one.port), certificateAt(other.port)]);
  assert.equal([first.names, second.names], [`DNS:${hostname}`, `DNS:${hostname}`]);
  assert.is.not(first.fingerprint, second.fingerprint);
  for (const { app, ingress } of [one, other]) {
    await ingress.close();
    await app.close();
  }
});

test('it ends as the other port does: an answer in flight is finished, a new connection refused', async () => {
  const { app, ingress, port } = await carried({ graceTimeOutMs: 20_000 });
  const running = await inFlight(port, 800);
  const terminated = ingress.terminate();
  assert.is((await running.ended).whole, true);
  await terminated;
  assert.is(await askSecure(port, shortPath('late')).catch(({ code }) => code), 'ECONNREFUSED');
  await app.close();
});

test('what lasts longer than graceTimeOut is cut there too', async () => {
  const { app, ingress, port } = await carried({ graceTimeOutMs: 200 });
  const running = await inFlight(port, 60_000);
  await ingress.terminate();
  assert.is((await running.ended).whole, false);
  await app.close();
});

test('without it there is one port', async () => {
  const app = await startApp();
  const ingress = await startIngress({ upstream: [{ host: app.host, port: app.port }] });
  assert.is(ingress.securePort, undefined);
  await ingress.close();
  await app.close();
});

test.run();
