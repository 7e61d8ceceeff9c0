import { Agent, type IncomingMessage, request } from 'node:http';
import * as assert from 'uvu/assert';
import { monotonic } from '../../src/base/clock.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import { createHttpBalancer } from '../../src/edge/http/balancer.ts';
import { type Target, targetOf } from '../../src/edge/targets.ts';
import type { EventOf, HistoryEvent, TopologyNode } from '../../src/history/schema.ts';
import type { PlannedHttp } from '../../src/plan/schema.ts';
import { presets } from '../../src/presets/index.ts';
import { failuresOf } from '../../src/run/changes.ts';
import { bodyReader, shortPath } from '../../src/workload/protocol.ts';
import { type Bed, never, type Suite } from './bed.ts';

const { http } = presets['aws-alb'];

/** What a balancer that speaks HTTP meets at node ports: the one of ours, in this process, in front of the bed's nodes. */
export function httpBalancerTests(test: Suite, bed: Bed, changes: ChangeLog): void {
  const { service, eventually, answers200, at } = bed;
  const { power } = bed.provider.effects;
  if (power === undefined || http === undefined) throw new Error('the suite needs power over nodes');

  const targetsOf = (nodes: readonly TopologyNode[]) =>
    Promise.all(
      nodes.map(async ({ name }): Promise<Target> => {
        const { metadata, status } = await bed.core.readNode({ name });
        const node = { metadata: { name, annotations: metadata?.annotations ?? {} }, status };
        const target = targetOf(node, { excludeNodes: [], excludeLabel: 'honoured' });
        if (target === null) throw new Error(`${name} is no target`);
        return target;
      }),
    );
  const inFront = async (
    node: TopologyNode,
    settings: Partial<PlannedHttp>,
    work: (balancer: Front) => Promise<void>,
    port?: number,
  ) => {
    const events: HistoryEvent[] = [];
    const preset = { ...presets['aws-alb'], upstreamConnectTimeoutMs: 700 };
    const balancer = createHttpBalancer({
      ...{ preset, timeScale: 1, seed: 1, lanes: [], firstConn: 0, now: monotonic.now },
      http: { ...http, ...settings },
      from: bed.provider.front.checkFrom(),
      listen: { host: '127.0.0.1', port: 0 },
      isHealthy: () => true,
      emit: (event) => events.push(event),
    });
    const nodePort = port ?? (await service()).spec?.ports?.find(({ name }) => name === 'web')?.nodePort ?? 0;
    const followed = { policy: 'Cluster', nodePort, healthCheckNodePort: null, annotations: {} } as const;
    balancer.apply({ service: followed, targets: await targetsOf([node]) });
    const { host, port: own } = await balancer.listen();
    const ends = () => events.flatMap((event) => (event.type === 'edge-response' ? [event] : []));
    try {
      await work({ ends, ask: (limitMs) => answerAt(host, own, bed.workload.hostname, limitMs) });
    } finally {
      await balancer.stop();
    }
  };

  test('a kept connection of an HTTP balancer stays with the pod that it got, where new ones come to any', async () => {
    const podsSeen = async (settings: Partial<PlannedHttp>, times: number) => {
      const pods = new Set<string | null>();
      const connections = new Set<number | undefined>();
      await inFront(bed.podless, settings, async ({ ask, ends }) => {
        for (let turn = 0; turn < times; turn += 1) {
          const { status, pod } = await ask(5000);
          assert.is(status, 200);
          pods.add(pod);
        }
        for (const { upstream } of ends()) connections.add(upstream?.number);
      });
      return [pods.size, connections.size];
    };
    assert.equal(await podsSeen({}, 20), [1, 1]);
    await eventually('both pods over new connections', async () => {
      const [pods = 0, connections = 0] = await podsSeen({ poolIdleMs: 1 }, 30);
      return pods === 2 && connections > 1;
    });
  });

  test('over a kept connection to a node that fell silent its own 504 comes after the idle time-out, over a new one after the connect time-out', async () => {
    const mark = changes.mark();
    await inFront(bed.victim, { idleTimeoutMs: 2000 }, async ({ ask, ends }) => {
      assert.is((await ask(5000)).status, 200);
      await changes.make(power, { node: bed.victim.name }, { how: 'off' });
      assert.is((await ask(10_000)).status, 504);
      assert.is((await ask(10_000)).status, 504);
      assert.equal(
        ends().map(({ own, upstream }) => [own, upstream?.reused ?? null]),
        [
          [null, false],
          ['silent', true],
          ['connect-timeout', null],
        ],
      );
    });
    assert.equal(failuresOf(await changes.unwind(mark, never)), []);
    await eventually('it answers again', async () => answers200(await at(bed.victim)), 60_000);
  });

  test('at a port of a node on which nobody listens its own 502 comes at once', async () => {
    await inFront(
      bed.podless,
      {},
      async ({ ask, ends }) => {
        assert.is((await ask(5000)).status, 502);
        assert.is(ends()[0]?.own, 'refused');
      },
      9, // discard
    );
  });
}

interface Front {
  /** Each request on a connection of its own. */
  ask(limitMs: number): Promise<{ status: number; pod: string | null }>;
  ends(): EventOf<'edge-response'>[];
}

function answerAt(
  host: string,
  port: number,
  hostname: string,
  limitMs: number,
): Promise<{ status: number; pod: string | null }> {
  return new Promise((resolve, reject) => {
    const options = { host, port, path: shortPath('conformance'), headers: { host: hostname } };
    const sent = request({ ...options, agent: new Agent() }, (answer: IncomingMessage) => {
      const reader = bodyReader();
      answer.on('data', (bytes: Buffer) => reader.push(bytes));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, pod: reader.path?.ingressPod ?? null }),
      );
    });
    sent.setTimeout(limitMs, () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end();
  });
}
