import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../src/base/clock.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import type { Plan } from '../../src/plan/schema.ts';
import type { EdgeFront, Provider } from '../../src/providers/provider.ts';
import { failuresOf, openChanges } from '../../src/run/changes.ts';
import { journalSomewhere } from '../support/changes.ts';
import { knock } from '../support/knock.ts';
import { type Bed, never, type Suite, testBed } from './bed.ts';
import { hostPortTests } from './host-port.ts';
import { httpBalancerTests } from './http-balancer.ts';
import { incidentTests } from './incidents.ts';
import { outageTests } from './outages.ts';
import { portTests } from './ports.ts';
import { severalTests } from './several.ts';
import { trafficTests } from './traffic.ts';
import { upstreamH2Refused } from './upstream-h2.ts';

/*
 * Every semantic of the design that decides a figure, asked of a provider through its interface and Kubernetes' API
 * alone. The same suite runs on processes and on a real cluster.
 */

/** Registers the suite's tests for one provider. `more`: what only this provider's clients can ask. */
export function conformance(
  name: string,
  plan: Plan,
  makeProvider: () => Provider<EdgeFront>,
  more: (test: Suite, bed: Bed) => void = () => {},
): void {
  onCluster(name, plan, makeProvider, (test, bed, changes) => {
    trafficTests(test, bed);
    portTests(test, bed);
    more(test, bed);
    outageTests(test, bed, changes);
    incidentTests(test, bed, changes);
    upstreamH2Refused(test, bed);
    // The same in every mode of kube-proxy, and minutes on kind: the first mode is enough.
    if (plan.kubeProxyMode !== 'nftables') {
      httpBalancerTests(test, bed, changes);
      hostPortTests(test, bed, changes);
      severalTests(test, bed, changes);
    }
  });
}

/** Registers tests on a cluster of their own. It may take its time to come up; it always goes down. */
export function onCluster(
  name: string,
  plan: Plan,
  makeProvider: () => Provider<EdgeFront>,
  tests: (test: Suite, bed: Bed, changes: ChangeLog) => void,
): void {
  const test = suite(name);
  const provider = makeProvider();
  const bed = testBed(plan, provider);
  const changes = openChanges(journalSomewhere(), { plan, provider, clock: systemClock, signal: never });
  const failures: string[] = [];

  test.before(async () => {
    const events = {
      progress: () => {},
      failed: (instrument: string, reason: string) => failures.push(`${instrument}: ${reason}`),
      note: () => {},
      event: () => {},
    };
    await provider.cluster.open(plan, events, never, changes);
    await bed.look();
    // Ready ingress pods need not know the app's yet: which of them answers is chance.
    await bed.eventually('every ingress pod to know the app', async () => {
      const where = await bed.at(bed.podless);
      const answers = await Promise.all(Array.from({ length: 20 }, () => bed.answers200(where)));
      return answers.every(Boolean);
    });
  });
  test.after(async () => {
    await provider.down();
    assert.equal(failuresOf(await changes.unwind(0, never)), []);
    changes.close();
  });
  test.before.each(async () => {
    const port = (await bed.service()).spec?.healthCheckNodePort ?? 0;
    await bed.setPolicy('Cluster');
    if (port > 0)
      for (const node of bed.allNodes())
        await bed.eventually(
          `${node.name} follows`,
          async () => (await knock(bed.on(node, port), 700)) === 'refused',
        );
    await bed.eventually('every node answers', async () => {
      const answers = await Promise.all(
        bed.allNodes().map(async (node) => bed.answers200(await bed.at(node))),
      );
      return answers.every(Boolean);
    });
  });

  tests(test, bed, changes);

  // Last, and not after each: a hook that throws after a failed test ends uvu's run without a word.
  test('nothing of the provider failed unasked meanwhile', () => assert.equal(failures, []));

  test.run();
}
