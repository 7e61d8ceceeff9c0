import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { followedService } from '../../../src/edge/targets.ts';
import type { PlannedEdge } from '../../../src/plan/schema.ts';
import { echoNames, rigTest } from '../../support/balancer.ts';
import { type Rig, servicesPath } from '../../support/edge-rig.ts';

const inside = (rig: Rig) => rig.host.replace(/\d+$/, '77');
const outside = (rig: Rig) => rig.host.replace(/\d+$/, '78');

/** Only the address `inside` is let in from now on; the same under both policies. */
async function bar(rig: Rig, policy: 'Cluster' | 'Local' = 'Cluster'): Promise<void> {
  const known = rig.events.filter(({ type }) => type === 'reconcile').length;
  rig.api.put(servicesPath, {
    metadata: { name: 'ingress', namespace: 'web' },
    spec: {
      externalTrafficPolicy: policy,
      loadBalancerSourceRanges: [` ${inside(rig)}/32 `],
      ports: [{ nodePort: rig.nodePort }],
    },
  });
  await rig.event(
    'reconcile',
    (event) => rig.events.filter(({ type }) => type === 'reconcile').indexOf(event) >= known,
  );
}

/** The node that answers a client of this address, its errno, or silence. */
async function answer(rig: Rig, localAddress: string): Promise<string> {
  const socket = connect({ host: rig.host, port: rig.port, localAddress });
  socket.write('?');
  const word = await new Promise<string>((resolve) => {
    socket.once('data', (bytes) => resolve(String(bytes)));
    socket.once('error', (error) => resolve(Reflect.get(error, 'code')));
    setTimeout(() => resolve('silence'), 700);
  });
  socket.destroy();
  await once(socket, 'close');
  return word;
}

const behaviours: [PlannedEdge['sourceRanges'], string][] = [
  ['drop', 'silence'],
  ['reset', 'ECONNRESET'],
  ['ignored', 'node-0'],
];
for (const [sourceRanges, expected] of behaviours) {
  test(
    `a client outside the Service's ranges, ${sourceRanges}: ${expected}; one inside is served`,
    rigTest(1, { sourceRanges, noTarget: 'refuse' }, async (rig) => {
      await echoNames(rig);
      assert.is(await answer(rig, outside(rig)), 'node-0');
      for (const policy of ['Cluster', 'Local'] as const) {
        await bar(rig, policy);
        assert.is(await answer(rig, outside(rig)), expected, policy);
        assert.is(await answer(rig, inside(rig)), 'node-0', policy);
      }
      await rig.sync();
      const opened = rig.events.flatMap((event) => (event.type === 'edge-open' ? [event] : []));
      const barred = opened.filter((event) => event.barred);
      assert.equal(
        barred.map(({ client, node }) => [client.split(':')[0], node]),
        sourceRanges === 'ignored' ? [] : [1, 2].map(() => [outside(rig), null]),
      );
    }),
  );
}

test('what is open goes on when the ranges leave its client out: NAT and firewalls let established packets pass', () =>
  rigTest(1, { sourceRanges: 'drop' }, async (rig) => {
    await echoNames(rig);
    const socket = connect({ host: rig.host, port: rig.port, localAddress: outside(rig) });
    socket.write('?');
    await once(socket, 'data');
    await bar(rig);
    assert.is(await answer(rig, outside(rig)), 'silence');
    socket.write('?');
    assert.is(String((await once(socket, 'data'))[0]), 'node-0');
    socket.destroy();
  })());

test('a Service without ranges has none to follow', () => {
  const service = (spec: object) => followedService({ metadata: { name: 'ingress' }, spec });
  assert.is(service({}).sourceRanges, undefined);
  assert.is(service({ loadBalancerSourceRanges: [] }).sourceRanges, undefined);
  assert.equal(service({ loadBalancerSourceRanges: [' 10.0.0.0/8'] }).sourceRanges, ['10.0.0.0/8']);
});

test.run();
