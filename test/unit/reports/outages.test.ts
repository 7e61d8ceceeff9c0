import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { noClocks } from '../../../src/analysis/clocks/read.ts';
import { outageRows } from '../../../src/reports/outages.ts';
import { aDisturbance, aNote, aReport, aRow, aTrial } from '../../support/report.ts';

const outage = (beganSeconds: number, lastedSeconds: number) => ({
  beganSeconds,
  lastedSeconds,
  resolutionSeconds: 1.5,
  sent: 20,
  failed: 13,
  share: 0.65,
});
const recovered = { ...noClocks(), failover: 30 };

test('each outage is a row: when it began, how long it lasted and how finely, the share that failed', () => {
  const trial = aTrial({
    disturbances: [
      aDisturbance({ clocksSeconds: recovered, outages: [outage(0.4, 4.2), outage(21, 0)] }),
      aDisturbance({ kind: 'flip', name: 'Cluster->Local', node: null, outages: [] }),
    ],
  });
  assert.equal(outageRows(aReport({ trials: [trial], comparison: [aRow()] })), [
    ['Cluster', 'power-off of preemptible-2', '+0.4 s', '4.2 s, resolution 1.5 s', '65 % (13 of 20)'],
    ['Cluster', 'power-off of preemptible-2', '+21.0 s', '0.0 s, resolution 1.5 s', '65 % (13 of 20)'],
  ]);
});

test('if the failover is unknown the outage is a lower bound; repeats and unknown trials are named', () => {
  const trial = aTrial({
    repeat: 1,
    verdict: 'unknown',
    disturbances: [
      aDisturbance({ outages: [outage(0.4, 4.2)], clockNotes: { failover: aNote({ code: 'late' }) } }),
    ],
  });
  const [row] = outageRows(aReport({ trials: [trial], comparison: [aRow({ repeats: 2 })] }));
  assert.is(row?.[0], 'Cluster, repeat 2 (unknown)');
  assert.is(row?.[3], '>= 4.2 s');
});

test('a load without a probe has no rows', () => {
  assert.equal(outageRows(aReport({ trials: [aTrial({ disturbances: [aDisturbance()] })] })), []);
});

test.run();
