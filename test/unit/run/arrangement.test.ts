import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conductor } from '../../support/conductor.ts';
import { basicPlan } from '../../support/plan.ts';
import { noFault, of, phases, tried } from '../../support/trial.ts';

test('what a policy arranges is there before any load, and is undone with its last trial', async () => {
  const rig = conductor(noFault);
  const end = await tried(rig, 'Cluster+PodDirect');
  assert.equal([end.outcome, end.invalid], ['completed', []]);
  assert.equal(phases(rig), ['prepare', 'ramp', 'finish', 'recover']);
  const rampAt = of(rig, 'phase').find(({ phase }) => phase === 'ramp')?.t ?? 0;
  assert.ok(rampAt >= 5e9, 'the balancer had reconciled');
  assert.equal(
    of(rig, 'note').map(({ text }) => text),
    [
      'pods as targets: made, waiting for the balancer to hold the ingress pods as its targets',
      'pods as targets: over, with the evidence',
    ],
  );
});

test('what must not be arranged is refused before any load, with the reason', async () => {
  const rig = conductor({ ...noFault, edge: { ...basicPlan.edge, excludeLabel: 'ignored' } });
  const [reason] = (await tried(rig, 'Cluster+ExcludeLabel')).invalid;
  assert.is(reason?.code, 'refused');
  assert.match(
    reason?.text ?? '',
    'ignores the label node.kubernetes.io/exclude-from-external-load-balancers',
  );
  assert.equal(phases(rig), ['prepare']);
});

test.run();
