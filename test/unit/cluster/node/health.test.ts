import { once } from 'node:events';
import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { monotonic } from '../../../../src/base/clock.ts';
import { healthServers } from '../../../../src/cluster/node/proxy/health.ts';
import type { ProxiedService } from '../../../../src/cluster/node/proxy/types.ts';
import { healthzPort } from '../../../../src/kube/names.ts';
import { ownAddress } from '../../../support/node-port.ts';

const host = ownAddress();

const service = (name: string, more: Partial<ProxiedService> = {}): ProxiedService => ({
  namespace: 'web',
  name,
  type: 'LoadBalancer',
  externalTrafficPolicy: 'Local',
  nodePorts: [],
  healthCheckNodePort: 31_000,
  ...more,
});

const answerBody = z.record(z.string(), z.unknown());

/** Status, weight header and content; the error's code where nobody answers. */
async function ask(port: number, path = '/') {
  return new Promise<{ status: number | string; weight?: string; type?: string; body?: unknown }>(
    (resolve) => {
      const request = get({ host, port, path, agent: false }, (response) => {
        let text = '';
        response.on('data', (bytes) => {
          text += bytes;
        });
        response.on('end', () => {
          const weight = response.headers['x-load-balancing-endpoint-weight'];
          resolve({
            status: response.statusCode ?? 0,
            ...(typeof weight === 'string' ? { weight } : {}),
            ...(response.headers['content-type'] === undefined
              ? {}
              : { type: response.headers['content-type'] }),
            body: answerBody.parse(JSON.parse(text)),
          });
        });
      });
      request.setTimeout(5000, () => request.destroy());
      request.on('error', (error) => resolve({ status: 'code' in error ? String(error.code) : 'silent' }));
    },
  );
}

async function withHealth(
  work: (health: ReturnType<typeof healthServers>, failures: string[]) => Promise<void>,
  portOffset = 0,
  eligible = true,
) {
  const failures: string[] = [];
  const health = healthServers({
    host,
    portOffset,
    backlog: 16,
    eligible: () => eligible,
    lastSync: () => new Date('2026-01-01T00:00:01Z'),
    now: () => new Date('2026-01-01T00:00:03Z'),
    failed: (reason) => failures.push(reason),
  });
  try {
    await work(health, failures);
  } finally {
    health.end();
  }
}

test('healthz and livez report the last sync', () =>
  withHealth(async (health) => {
    await health.sync([]);
    const at = { lastUpdated: '2026-01-01T00:00:01.000Z', currentTime: '2026-01-01T00:00:03.000Z' };
    const whole = { status: 200, type: 'application/json', body: { ...at, nodeEligible: true } };
    assert.equal(await ask(healthzPort, '/healthz'), whole);
    assert.equal(await ask(healthzPort, '/livez'), whole);
    assert.is((await ask(healthzPort, '/')).status, 404);
  }));

test("a Service's check is 200 with as many endpoints as it has here, 503 without, whatever the path", () =>
  withHealth(async (health) => {
    await health.sync([{ service: service('ingress'), localEndpoints: 2 }]);
    assert.equal(await ask(31_000), {
      status: 200,
      weight: '2',
      type: 'application/json',
      body: {
        service: { namespace: 'web', name: 'ingress' },
        localEndpoints: 2,
        serviceProxyHealthy: true,
      },
    });
    assert.is((await ask(31_000, '/any/path')).status, 200);
    await health.sync([{ service: service('ingress'), localEndpoints: 0 }]);
    const none = await ask(31_000);
    assert.equal([none.status, none.weight], [503, '0']);
  }));

test('only Services under Local with a port have a check', () =>
  withHealth(async (health) => {
    await health.sync([
      {
        service: service('one', { healthCheckNodePort: 31_001, externalTrafficPolicy: 'Cluster' }),
        localEndpoints: 1,
      },
      { service: service('two', { healthCheckNodePort: null }), localEndpoints: 1 },
      { service: service('three', { healthCheckNodePort: 31_003 }), localEndpoints: 1 },
    ]);
    assert.is((await ask(31_001)).status, 'ECONNREFUSED');
    assert.is((await ask(31_003)).status, 200);
    assert.equal(
      health.listeners.map(({ port, what }) => `${port} ${what}`),
      [`${healthzPort} healthz`, '31003 healthCheckNodePort'],
    );
  }));

test('a flip to Cluster closes the check, and one back opens it', () =>
  withHealth(async (health) => {
    const local = [{ service: service('ingress'), localEndpoints: 1 }];
    const cluster = [
      { service: service('ingress', { externalTrafficPolicy: 'Cluster' }), localEndpoints: 1 },
    ];
    await health.sync(local);
    assert.is((await ask(31_000)).status, 200);
    await health.sync(cluster);
    assert.is((await ask(31_000)).status, 'ECONNREFUSED');
    assert.is((await ask(healthzPort, '/healthz')).status, 200, "the proxy's own stays");
    await health.sync(local);
    assert.is((await ask(31_000)).status, 200);
  }));

test('a check under way ends with its port', () =>
  withHealth(async (health) => {
    await health.sync([{ service: service('ingress'), localEndpoints: 1 }]);
    const client = connect({ host, port: 31_000 });
    client.on('error', () => {});
    client.write('GET / HTTP/1.1\r\nhost');
    await once(client, 'connect');
    // Served after what was written before it.
    assert.is((await ask(31_000)).status, 200);
    const closed = once(client.resume(), 'close').then(() => 'closed');
    await health.sync([]);
    assert.is(await Promise.race([closed, monotonic.sleep(5000).then(() => 'open')]), 'closed');
  }));

test('ports are moved if all nodes share one address', () =>
  withHealth(async (health) => {
    await health.sync([{ service: service('ingress'), localEndpoints: 1 }]);
    assert.is((await ask(healthzPort + 7, '/healthz')).status, 200);
    assert.is((await ask(31_007)).status, 200);
    assert.equal(
      health.listeners.map(({ host: on, port, pid }) => [on, port, pid]),
      [
        [host, healthzPort + 7, process.pid],
        [host, 31_007, process.pid],
      ],
    );
  }, 7));

test('a port that another holds is reported, and the others listen', () =>
  withHealth(async (health, failures) => {
    const other = createServer().listen({ host, port: 31_000 });
    await once(other, 'listening');
    try {
      await health.sync([{ service: service('ingress'), localEndpoints: 1 }]);
      assert.is(failures.length, 1);
      assert.match(failures[0] ?? '', /port 31000 on .*EADDRINUSE/);
      assert.is((await ask(healthzPort, '/healthz')).status, 200);
    } finally {
      other.close();
    }
  }));

test('after the end nobody answers', () =>
  withHealth(async (health) => {
    await health.sync([{ service: service('ingress'), localEndpoints: 1 }]);
    health.end();
    assert.is((await ask(healthzPort, '/healthz')).status, 'ECONNREFUSED');
    assert.is((await ask(31_000)).status, 'ECONNREFUSED');
  }));

test('of a node that is about to go healthz is 503, livez is not', () =>
  withHealth(
    async (health) => {
      await health.sync([]);
      const [healthz, livez] = [await ask(healthzPort, '/healthz'), await ask(healthzPort, '/livez')];
      assert.equal([healthz.status, livez.status], [503, 200]);
      assert.is((healthz.body as { nodeEligible?: boolean }).nodeEligible, false);
    },
    0,
    false,
  ));

test.run();
