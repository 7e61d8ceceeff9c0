import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { excludeLabel } from '../../../src/kube/names.ts';
import { refusalOf, type SwitchoverContext } from '../../../src/policies/index.ts';
import {
  checkPinnable,
  copyable,
  forExclusion,
  keepable,
  movable,
  takenBack,
} from '../../../src/policies/preconditions.ts';
import { flip } from '../../../src/policies/steps/flip.ts';
import { presets } from '../../../src/presets/index.ts';
import { having, node, rig } from '../../support/switchover-rig.ts';

const refused = (more: Partial<SwitchoverContext>, conditions = forExclusion) =>
  refusalOf(conditions, rig(more).context);

test('what nobody can watch is refused', async () => {
  assert.is(await flip({ final: 'Local' }, { pinned: false }).make(rig({ balancer: null }).context), null);
  assert.match((await refused({ balancer: null })) ?? '', /^refused: nothing shows which nodes/);
});

test('each precondition is named by what is wrong', async () => {
  assert.is(await refused({}), null);
  assert.is(
    await refused(having(node('with'), node('bare', { taints: ['karpenter.sh/disrupted'] }))),
    'refused: node bare is leaving (taint karpenter.sh/disrupted)',
  );
  assert.is(
    await refused(having(node('with'), node('bare', { unschedulable: true }))),
    'refused: node bare is leaving (it is cordoned)',
  );
  assert.is(await refused({ edge: presets.azure }), `refused: azure ignores the label ${excludeLabel}`);
  assert.match(
    (await refused(having(node('with'), node('bare', { labels: { [excludeLabel]: 'false' } })))) ?? '',
    /^refused: node bare has the label .*=false/,
  );
  assert.is(
    await refused(having(node('with', { labels: { [excludeLabel]: 'true' } }), node('with-2'))),
    'refused: node with runs an ingress pod and is excluded',
  );
  const forbidden = async () => {
    throw Object.assign(new Error('forbidden'), { code: 403 });
  };
  assert.match(
    (await refused({ others: forbidden })) ?? '',
    'may not list services and pods in all namespaces',
  );
  assert.is(await refused(having(node('bare'))), 'refused: no target runs an ingress pod');
  assert.match(
    (await refused({ edge: presets.octavia }, [checkPinnable])) ?? '',
    /^refused: the health check/,
  );
  assert.is(
    await refused({ edge: presets.octavia }, [keepable]),
    'refused: octavia leaves open connections alone already',
  );
  assert.match((await refused({ edge: presets['pod-direct'] })) ?? '', /the policy is moot/);
  for (const preset of ['hetzner', 'aws-alb'] as const)
    assert.is(await refused({ edge: presets[preset] }), null, `${preset}: the node ports follow it`);
  assert.match(
    (await refused({ ingressTemplate: async () => null }, [copyable])) ?? '',
    /nothing can be copied/,
  );
  const hooked = (preStop: object) => ({
    edge: presets.azure,
    ingressTemplate: async () => ({ spec: { containers: [{ name: 'ingress', lifecycle: { preStop } }] } }),
  });
  const ownHook = hooked({ exec: { command: ['drain'] } });
  assert.match((await refused(ownHook, [takenBack])) ?? '', /^refused: container ingress .* preStop hook/);
  assert.is(await refused(hooked({ sleep: { seconds: 1 } }), [takenBack]), null);
  const haproxy = { ...ownHook, edge: presets.haproxy };
  assert.is(
    await refused({ ...haproxy, final: 'Local' }, [takenBack]),
    null,
    'its nodes are excluded before',
  );
  assert.is.not(await refused({ ...haproxy, final: 'Cluster' }, [takenBack]), null);
  assert.match((await refused({}, [movable])) ?? '', /no second address/);
});

test.run();
