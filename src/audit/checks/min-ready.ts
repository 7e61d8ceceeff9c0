import { patchCommand } from '../commands.ts';
import { detectionOf } from '../facts/detection.ts';
import { workloadName } from '../facts/workloads.ts';
import type { ServiceCheck } from './check.ts';

export const minReady: ServiceCheck = {
  id: 'MF013',
  name: 'min-ready',
  severity: 'low',
  words: 'Under Local a rollout goes on before the balancer has taken up the node of the new pod.',
  scenario: null,
  of: 'service',
  needs: [],
  find({ service, policy, balancer, workloads }, _cluster, { contextFlag }) {
    if (policy !== 'Local') return null;
    const detection = detectionOf({ service, balancer }, 'Local');
    if (detection === null) return null;
    const needed = Math.ceil(detection.healthy * detection.intervalSeconds);
    const short = workloads.find(({ spec }) => (spec.minReadySeconds ?? 0) < needed);
    if (short === undefined) return null;
    const { name, namespace = 'default' } = short.metadata;
    return {
      confidence: detection.confidence,
      summary: `a new pod counts as available after ${short.spec.minReadySeconds ?? 0} s, and the balancer takes up its node after ${needed} s`,
      evidence: [
        `${workloadName(short)}: minReadySeconds ${short.spec.minReadySeconds ?? 0}`,
        `${detection.healthy} passed checks, ${detection.intervalSeconds} s apart (${detection.source})`,
      ],
      values: { minReadySeconds: short.spec.minReadySeconds ?? 0, neededSeconds: needed },
      remedy: {
        text: 'let a rollout wait',
        command: patchCommand(
          { contextFlag, namespace, resource: short.kind.toLowerCase(), name },
          { spec: { minReadySeconds: needed } },
        ),
      },
    };
  },
};
