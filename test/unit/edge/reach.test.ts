import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CheckRequest } from '../../../src/edge/check.ts';
import { createReach } from '../../../src/edge/reach.ts';
import type { Desired, Target } from '../../../src/edge/targets.ts';
import { rigTest } from '../../support/balancer.ts';

const service: Desired['service'] = {
  policy: 'Cluster',
  nodePort: 30_080,
  healthCheckNodePort: null,
  annotations: {},
};
const target = (name: string, more: Partial<Target> = {}): Target => ({
  name,
  address: `10.0.0.${name}`,
  portOffset: 0,
  hello: false,
  ...more,
});

/** Takes a connection on these ports. */
function reachOf(open: readonly string[]) {
  const asked: CheckRequest[] = [];
  const reach = createReach({
    random: () => 0.5,
    from: '10.0.0.99',
    async perform(request) {
      asked.push(request);
      return { ok: open.includes(`${request.host}:${request.port}`), detail: '' };
    },
  });
  return { reach: reach.reach, asked };
}

test('each target is tried on the port that connections take: the node port, or that of the pod', async () => {
  const { reach, asked } = reachOf(['10.0.0.1:30080', '10.0.0.3:8005']);
  const targets = [
    target('1', { hello: true }),
    target('2', { portOffset: 7 }),
    target('3', { podPort: 8000, portOffset: 5 }),
  ];
  assert.equal(await reach({ service, targets }), ['1', '3']);
  assert.equal(
    asked.map(({ kind, host, port, from, hello }) => [kind, host, port, from, hello]),
    [
      ['tcp', '10.0.0.1', 30_080, '10.0.0.99', 2 ** 31],
      ['tcp', '10.0.0.2', 30_087, '10.0.0.99', null],
      ['tcp', '10.0.0.3', 8005, '10.0.0.99', null],
    ],
  );
});

test('nothing is asked twice at once, and nothing without a Service or a port', async () => {
  const { reach, asked } = reachOf([]);
  const one = reach({ service, targets: [target('1')] });
  assert.is(await reach({ service, targets: [target('1')] }), null);
  assert.equal(await one, []);
  assert.is(await reach({ service: null, targets: [target('1')] }), null);
  assert.equal(await reach({ service: { ...service, nodePort: null }, targets: [target('1')] }), []);
  assert.is(asked.length, 1);
});

test(
  'the edge answers with the nodes whose node port takes connections',
  rigTest(2, {}, async (rig) => {
    const reached = () =>
      new Promise<readonly string[]>((resolve) => {
        const stop = rig.edge.onMessage((message) => {
          if (message.type !== 'reached') return;
          stop();
          resolve(message.nodes);
        });
        rig.edge.send({ type: 'reach' });
      });
    await rig.serve('node-1', () => {});
    assert.equal(await reached(), ['node-1']);
    await rig.serve('node-0', () => {});
    assert.equal(await reached(), ['node-0', 'node-1']);
  }),
);

test.run();
