import { workloadName } from '../facts/workloads.ts';
import type { ServiceCheck } from './check.ts';

export const frozenReadiness: ServiceCheck = {
  id: 'MF021',
  name: 'k8s-1.35-readiness',
  severity: 'medium',
  words:
    'In Kubernetes 1.35 and 1.36 an exec readiness probe stops when a pod is ended, and Ready stays as it was.',
  scenario: null,
  of: 'service',
  needs: [],
  find({ workloads }, { snapshot }) {
    const { serverVersion } = snapshot;
    if (serverVersion !== '1.35' && serverVersion !== '1.36') return null;
    const found = workloads.find(({ spec }) =>
      spec.template.spec.containers.some(({ readinessProbe }) => readinessProbe?.exec !== undefined),
    );
    if (found === undefined) return null;
    return {
      confidence: 'inferred',
      summary: 'its pods stay Ready while they end, as their exec readiness probe no longer runs then',
      evidence: [
        workloadName(found),
        `Kubernetes ${serverVersion}`,
        'kubernetes/kubernetes#140882, fixed in 1.37',
      ],
      remedy: { text: 'use an HTTP readiness probe, or Kubernetes 1.37' },
    };
  },
};
