import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PolicyName } from '../../../src/catalogue/policies.ts';
import { trialOf } from '../../support/analysis.ts';
import { dead, powerOff } from '../../support/attribution.ts';
import { history, ns } from '../../support/history.ts';

/*
 * A switchover in steps begins long before the policy changes. What a node that dies in between takes of new connections, it
 * takes under the policy from before. Here: the switchover at 10 s, the fault at 11 s, the policy at 15 s.
 */
async function newConnectionAt(from: number, policy: PolicyName = 'Cluster->Local/exclude-first') {
  const unanswered = { outcome: 'hung', transit: dead, ingress: null, endpoint: null, firstByte: null };
  const builder = history()
    .trial(10, { policy, fault: powerOff() })
    .flip(10_000)
    .fault(11_000)
    .stream({ ...unanswered, outcome: 'hung', from, to: from + 2000 })
    .add({
      type: 'service',
      t: ns(15_000),
      service: 'midflight-ingress',
      policy: 'Local',
      healthCheckNodePort: 30_000,
    })
    .endTrial(31_000);
  const { requests, disturbances } = await trialOf(builder);
  return {
    cause: Object.keys(requests.byCause).join(),
    avoidable: requests.avoidableByLocal,
    lost: disturbances.map(({ kind, requestsLost }) => [kind, requestsLost]),
  };
}

test('before the policy has changed a new connection through the dead node is lost to the fault', async () => {
  assert.equal(await newConnectionAt(12_000), {
    cause: 'transit',
    avoidable: 1,
    lost: [
      ['flip', 0],
      ['fault', 1],
    ],
  });
});

test('after it has, the policy drops it, whether the node lives or not', async () => {
  assert.equal(await newConnectionAt(16_000), {
    cause: 'switchover',
    avoidable: 0,
    lost: [
      ['flip', 1],
      ['fault', 0],
    ],
  });
});

test('one patch is the flip itself: the Service as the watch shows it comes a moment later', async () => {
  assert.is((await newConnectionAt(12_000, 'Cluster->Local')).cause, 'switchover');
});

test('until its last step is done a switchover may cost what no path lays to the fault', async () => {
  const lostTo = async (doneAt: number) => {
    const builder = history()
      .trial(10, { policy: 'Local->Cluster/daemonset-first', fault: powerOff() })
      .flip(10_000)
      .fault(11_000)
      .stream({
        from: 14_000,
        to: 18_000,
        outcome: 'truncated',
        transit: 'preemptible-1',
        ingress: 'preemptible-1',
      })
      .add({
        ...{ type: 'disturbance', t: ns(doneAt), trial: 0, affected: 1, kind: 'flip', at: 'done' },
        ...{ name: 'Local->Cluster/daemonset-first', node: null, detail: '' },
      })
      .endTrial(31_000);
    const { requests, disturbances } = await trialOf(builder);
    return [requests.byCause, disturbances.map(({ requestsLost }) => requestsLost)];
  };
  assert.equal(await lostTo(19_000), [{ switchover: 1 }, [1, 0]]);
  assert.equal(await lostTo(13_000), [{ unattributed: 1 }, [0, 1]]);
});

test('what undoing the steps does to the balancer is not what the flip did', async () => {
  const ejected = async (at: number) => {
    const builder = history()
      .trial(10, { policy: 'Local->Cluster/parallel-service' })
      .flip(10_000)
      .phase(20_000, 'recover')
      .ejected(at, 'preemptible-0')
      .endTrial(31_000);
    return (await trialOf(builder)).disturbances[0]?.clocksSeconds.edgeEjected;
  };
  assert.equal([await ejected(15_000), await ejected(20_500)], [5, null]);
});

test.run();
