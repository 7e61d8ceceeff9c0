import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import { beside, dead, faultTrial, through } from '../../support/prediction.ts';

const other = 'preemptible-1';

test('of several nodes in a row each stream is lost to its own, and the trial counts all of them', async () => {
  const trial = await trialOf(
    faultTrial({
      expect: [
        ['predictedMatches', true],
        ['lostAtFault', 5],
      ],
    })
      .fault(14_000, { nodes: [other] })
      .streams(3, through)
      .streams(2, { ...through, transit: other, to: 19_000 })
      .streams(4, beside)
      .endTrial(60_000),
  );
  assert.equal(
    trial.disturbances.map(({ node, requestsLost }) => [node, requestsLost]),
    [
      [dead, 3],
      [other, 2],
    ],
  );
  assert.is(trial.predicted?.lost, 5);
  assert.is(trial.verdict, 'pass');
});

test("the trial's failover counts from the first node until the probes of the last are good again", async () => {
  const trial = await trialOf(
    faultTrial()
      .fault(20_000, { nodes: [other] })
      .streams(1, through)
      .streams(1, { ...through, transit: other, to: 25_000 })
      .probes({
        from: 1000,
        to: 58_000,
        fails: (due) =>
          due > 22_000 && due < 24_000
            ? { transit: other, outcome: 'connect-timeout', firstByte: null }
            : undefined,
      })
      .endTrial(60_000),
  );
  assert.ok((trial.clocksSeconds.failover ?? 0) > 10, `${trial.clocksSeconds.failover}`);
  assert.is(trial.disturbances[0]?.clocksSeconds.failover, 0, 'the first node failed no probe');
});

test.run();
