import * as assert from 'uvu/assert';
import { monotonic } from '../../src/base/clock.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import { failuresOf } from '../../src/run/changes.ts';
import { refuseUpstream } from '../../src/run/refuse.ts';
import { createH2Upstream } from '../../src/workload/ingress/upstream-h2.ts';
import { labelSelectorOf, names, ports } from '../../src/workload/manifests.ts';
import { bodyReader, shortPath } from '../../src/workload/protocol.ts';
import { type Bed, never, type Suite } from './bed.ts';

/** A connection of HTTP/2 to an app pod whose node fell silent: that of the model ingress, in this process. */
export function upstreamH2Tests(test: Suite, bed: Bed, changes: ChangeLog): void {
  const { power } = bed.provider.effects;
  if (power === undefined) throw new Error('the suite needs power over nodes');
  const podOn = async (node: string) => {
    const { namespace } = bed.workload.ingress;
    const { items } = await bed.core.listNamespacedPod({
      namespace,
      labelSelector: labelSelectorOf(names.app),
    });
    const host = items.find(({ spec }) => spec?.nodeName === node)?.status?.podIP;
    if (host === undefined) throw new Error(`no app pod on ${node}`);
    return { host, port: ports.app, h2Port: ports.appH2 };
  };
  const upstream = (more: { pingAfterMs: number; pings: boolean; givesUpMs: number }) =>
    createH2Upstream(
      { bindAddress: null, dialTimeoutMs: 1000, h2c: { via: 'endpoints', ...more } },
      monotonic,
    );
  type Upstream = ReturnType<typeof upstream>;
  type Endpoint = Parameters<Upstream['send']>[0]['endpoint'];
  /** The node that answered, or the status with which the ingress gives up. */
  const asked = (connections: Upstream, endpoint: Endpoint) =>
    new Promise<string | number | undefined>((resolve) => {
      connections.send({
        endpoint,
        method: 'GET',
        path: shortPath('conformance'),
        headers: { host: bed.workload.hostname },
        body: null,
        onResponse({ body }) {
          const reader = bodyReader();
          body.on('data', (bytes: Buffer) => reader.push(bytes));
          body.on('close', () => resolve(reader.path?.endpointNode));
        },
        onError: resolve,
      });
    });

  test('a kept HTTP/2 connection to an app pod on a silent node holds requests until it is given up, and a ping ends it sooner', async () => {
    const victim = bed.first();
    const pod = await podOn(victim.name);
    const patient = upstream({ pingAfterMs: 2000, pings: false, givesUpMs: 8000 });
    const pinging = upstream({ pingAfterMs: 500, pings: true, givesUpMs: 1500 });
    const mark = changes.mark();
    try {
      for (const one of [patient, pinging]) assert.is(await asked(one, pod), victim.name);
      await changes.make(power, { node: victim.name }, { how: 'off' });
      const ended: string[] = [];
      const lost = ([name, one]: readonly [string, Upstream]) =>
        asked(one, pod).then((result) => {
          ended.push(name);
          return result;
        });
      const results = [['patient', patient] as const, ['pinging', pinging] as const].map(lost);
      assert.equal(await Promise.all(results), [502, 502]);
      assert.equal(ended, ['pinging', 'patient']);
      // The connection is gone, so that the next request needs another: that one is not made in time.
      assert.is(await asked(pinging, pod), 504);
    } finally {
      patient.close();
      pinging.close();
      assert.equal(failuresOf(await changes.unwind(mark, never)), []);
    }
    await bed.eventually('it answers again', async () => bed.answers200(await bed.at(victim)), 60_000);
  });
}

/** On a cluster whose ingress is not ours to set up HTTP/2 to the app is refused before anything starts, and the error says why. */
export function upstreamH2Refused(test: Suite, { plan, provider }: Bed): void {
  if (provider.name === 'embedded') return; // asked in embedded-h2.test.ts
  test('HTTP/2 from the ingress to the app is refused', () => {
    const h2c = { via: 'service', readIdleMs: 0, pingTimeoutMs: 15_000, givesUpMs: 924_600 } as const;
    assert.throws(
      () => refuseUpstream({ ingress: { ...plan.ingress, h2c } }, provider),
      /that of kind is not set up for it/,
    );
  });
}
