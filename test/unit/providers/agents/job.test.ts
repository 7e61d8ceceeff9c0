import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { agentPods, agentsJob } from '../../../../src/providers/agents/job.ts';

test('the Job holds no configuration, runs without rights and ends by itself', () => {
  const job = agentsJob('midflight-agents-1', {
    count: 4,
    context: 'prod',
    kubeconfig: undefined,
    namespace: 'load',
    image: 'own:1',
    limitSeconds: 960,
    hostNetwork: false,
  });
  assert.equal([job.spec.completions, job.spec.parallelism, job.spec.completionMode], [4, 4, 'Indexed']);
  assert.is(job.spec.activeDeadlineSeconds, 960);
  const { spec } = job.spec.template;
  assert.not.ok('hostNetwork' in spec);
  assert.is(spec.automountServiceAccountToken, false);
  assert.is(spec.securityContext.runAsNonRoot, true);
  assert.equal(spec.containers[0]?.command, ['sleep', '960']);
  assert.is(spec.containers[0]?.securityContext.readOnlyRootFilesystem, true);
});

test('pods come in the order of their index; one that cannot start reports why', () => {
  const pod = (name: string, index: string, phase: string, reason?: string) => ({
    metadata: { name, annotations: { 'batch.kubernetes.io/job-completion-index': index } },
    status: {
      phase,
      containerStatuses: [
        { state: reason === undefined ? {} : { waiting: { reason, message: 'no such image' } } },
      ],
    },
  });
  const found = agentPods(JSON.stringify({ items: [pod('b', '1', 'Running'), pod('a', '0', 'Running')] }));
  assert.equal(found, { running: ['a', 'b'], problem: null });
  const stuck = agentPods(JSON.stringify({ items: [pod('a', '0', 'Pending', 'ErrImageNeverPull')] }));
  assert.equal(stuck, { running: [], problem: 'ErrImageNeverPull: no such image' });
});

test.run();
