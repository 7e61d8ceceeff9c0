import { patchCommand } from '../commands.ts';
import { detectionOf } from '../facts/detection.ts';
import { graceSecondsOf, preStopSecondsOf, workloadName } from '../facts/workloads.ts';
import type { WorkloadObject } from '../snapshot.ts';
import type { ServiceCheck } from './check.ts';

export const rolloutGap: ServiceCheck = {
  id: 'MF011',
  name: 'rollout-gap',
  // It costs connections at the next rollout, not when a node dies.
  severity: 'medium',
  words: 'Under Local a pod ends before the balancer has noticed that its node no longer answers.',
  scenario: null,
  of: 'service',
  needs: [],
  find({ service, policy, balancer, workloads }, _cluster, { contextFlag }) {
    if (policy !== 'Local' || balancer.kind.sendsTo === 'pods') return null;
    const detection = detectionOf({ service, balancer }, 'Local');
    for (const workload of workloads) {
      const sleep = preStopSecondsOf(workload);
      if (sleep === null) continue; // a script: what it waits for cannot be read
      const enough = detection?.worstSeconds ?? 1;
      if (sleep >= enough) continue;
      const needed =
        detection === null ? 'the time that its balancer needs to notice' : `${Math.ceil(enough)} s`;
      return {
        confidence: detection?.confidence === 'seen' ? 'seen' : 'inferred',
        summary: `its pods wait ${sleep === 0 ? 'not at all' : `${sleep} s`} before they end, and the balancer needs ${detection === null ? 'some seconds' : `up to ${enough} s`} to notice: new connections fail at every rollout`,
        evidence: [
          `${workloadName(workload)}: ${sleep === 0 ? 'no preStop hook' : `preStop sleep ${sleep} s`}`,
          detection === null
            ? `how ${balancer.kind.name} checks nodes is not known`
            : `${detection.unhealthy} failed checks, ${detection.intervalSeconds} s apart (${detection.source})`,
        ],
        values: {
          preStopSeconds: sleep,
          ...(detection === null ? {} : { detectionSeconds: detection.worstSeconds }),
        },
        remedy: {
          text: `let pods wait ${needed} before they end, with as much more grace`,
          ...(detection === null ? {} : { command: waitCommand(workload, Math.ceil(enough), contextFlag) }),
        },
      };
    }
    return null;
  },
};

function waitCommand(workload: WorkloadObject, seconds: number, contextFlag: string): string {
  const { metadata, kind, spec } = workload;
  const grace = graceSecondsOf(workload) - (preStopSecondsOf(workload) ?? 0) + seconds;
  const containers = spec.template.spec.containers.map(({ name }) => ({
    name,
    // Null takes away another hook that the container may have.
    lifecycle: { preStop: { exec: null, sleep: { seconds } } },
  }));
  const target = {
    contextFlag,
    namespace: metadata.namespace ?? 'default',
    resource: kind.toLowerCase(),
    name: metadata.name,
  };
  const pod = { terminationGracePeriodSeconds: grace, containers };
  return patchCommand(target, { spec: { template: { spec: pod } } });
}
