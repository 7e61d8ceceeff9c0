import * as assert from 'uvu/assert';
import { knock } from '../support/knock.ts';
import type { Bed, Suite } from './bed.ts';
import { ask } from './client.ts';

/** A Service as people have it: port 80, and port 443 with TLS that ends at the ingress. */
export function portTests(test: Suite, bed: Bed): void {
  const { allNodes, at, counts, first, localEverywhere, service } = bed;
  const names = ['web', 'websecure'] as const;

  test('two ports: under Cluster every node answers on both, one of them by TLS, and speaks nothing else there', async () => {
    const found = new Set((await service()).spec?.ports?.map(({ nodePort }) => nodePort));
    assert.is(found.size, 2, 'each port has a node port of its own');
    for (const node of allNodes()) {
      for (const name of names) {
        const { status, path } = await ask(await at(node, name));
        assert.is(status, 200, `${node.name} ${name}`);
        assert.ok(path?.source !== undefined, 'the answer says where it came from');
      }
    }
    const plain = { ...(await at(first(), 'websecure')), tls: false };
    assert.is.not((await ask(plain).catch(() => ({ status: 0 }))).status, 200);
  });

  test('two ports: Local holds for each of them, keeps the address by TLS too, and the health check counts pods, not ports', async () => {
    await localEverywhere();
    for (const name of names) assert.is(await knock(await at(bed.podless, name), 1500), 'silent', name);
    for (const node of bed.withIngress) {
      const [web, secure] = await Promise.all(names.map(async (name) => ask(await at(node, name))));
      assert.equal([web?.status, secure?.status], [200, 200], node.name);
      assert.is(secure?.path?.source, web?.path?.source, 'the same client');
    }
    const port = (await service()).spec?.healthCheckNodePort ?? 0;
    for (const node of bed.withIngress) {
      const { headers, body } = await ask(bed.on(node, port), { path: '/healthz' });
      assert.is(JSON.parse(body).localEndpoints, 1, `${node.name} has one pod with two ports`);
      assert.is(headers['x-load-balancing-endpoint-weight'], '1');
    }
    assert.is(await counts(bed.podless, port, 0), true);
  });
}
