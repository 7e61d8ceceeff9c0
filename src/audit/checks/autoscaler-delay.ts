import { parseDuration } from '../../base/units.ts';
import { detectionOf } from '../facts/detection.ts';
import { flagOf, workloadName } from '../facts/workloads.ts';
import type { ClusterCheck } from './check.ts';

/** The default (cluster-autoscaler FAQ, --node-delete-delay-after-taint). */
const defaultSeconds = 5;

export const autoscalerDelay: ClusterCheck = {
  id: 'MF022',
  name: 'autoscaler-delay',
  severity: 'medium',
  words: 'The autoscaler deletes a node before balancers have noticed that it goes.',
  scenario: null,
  of: 'cluster',
  find({ services, snapshot }) {
    const autoscaler = snapshot.lists.workloads.find(({ spec }) =>
      spec.template.spec.containers.some(
        ({ image, command }) =>
          /cluster-autoscaler/.test(image ?? '') || command.some((word) => /cluster-autoscaler$/.test(word)),
      ),
    );
    if (autoscaler === undefined) return [];
    const given = flagOf(autoscaler, /^--node-delete-delay-after-taint$/);
    const seconds = given === undefined ? defaultSeconds : (parseDuration(given) ?? 0) / 1000;
    const slowest = services
      .filter(({ policy, balancer }) => policy === 'Cluster' && balancer.kind.sendsTo === 'nodes')
      .map((view) => detectionOf(view, 'Cluster')?.worstSeconds ?? 0)
      .reduce((most, one) => Math.max(most, one), 0);
    if (slowest <= seconds) return [];
    return [
      {
        confidence: 'inferred',
        summary: `a node is deleted ${seconds} s after its taint, and a balancer needs up to ${slowest} s to notice`,
        evidence: [
          `${workloadName(autoscaler)}: --node-delete-delay-after-taint ${given ?? `${defaultSeconds}s by default`}`,
        ],
        values: { delaySeconds: seconds, detectionSeconds: slowest },
        remedy: { text: `start the autoscaler with --node-delete-delay-after-taint=${Math.ceil(slowest)}s` },
      },
    ];
  },
};
