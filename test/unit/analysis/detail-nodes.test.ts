import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TrialDetail } from '../../../src/analysis/detail.ts';
import { analysis } from '../../../src/analysis/index.ts';
import { type HistoryBuilder, history } from '../../support/history.ts';

/** The nodes of a trial as its picture draws them: whether the balancer held them healthy, and how many ingress pods. */
function nodesOf(builder: HistoryBuilder): Record<string, [green: boolean, ingress: number]> {
  const details: TrialDetail[] = [];
  const { take, report } = analysis({ onDetail: (detail) => void details.push(detail) });
  for (const event of builder.events()) take(event);
  report();
  return Object.fromEntries(
    (details[0]?.nodes ?? []).map(({ name, green, ingress }) => [name, [green, ingress]]),
  );
}

test('without a fault the balancer is shown as it was at the end, before its changes were undone', () => {
  const builder = history()
    .trial(10, { policy: 'Cluster->Local/parallel-service' })
    .flip(5000)
    .ejected(8000, 'preemptible-0')
    .phase(20_000, 'recover')
    .green(20_500, 'preemptible-0')
    .ejected(20_500, 'stable-0')
    .endTrial(31_000);
  const nodes = nodesOf(builder);
  assert.equal(
    [nodes['preemptible-0'], nodes['stable-0']],
    [
      [false, 0],
      [true, 1],
    ],
  );
});

test('an ingress pod that came later is there where a stream reached it', () => {
  const copied = history()
    .trial(10, { policy: 'Cluster->Local/daemonset-first' })
    .flip(5000)
    .endpoints(6000, 'ingress', ['stable-0', 'stable-1', 'preemptible-0', 'preemptible-1'])
    .stream({ from: 7000, to: 9000, transit: 'preemptible-0', ingress: 'preemptible-0' })
    .endpoints(10_000, 'ingress', ['stable-0', 'stable-1'])
    .endTrial(31_000);
  const nodes = nodesOf(copied);
  assert.equal([nodes['preemptible-0']?.[1], nodes['preemptible-1']?.[1]], [1, 0]);
});

test.run();
