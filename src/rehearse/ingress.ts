import {
  flagOf,
  graceSecondsOf,
  isTraefik,
  preStopSecondsOf,
  workloadName,
} from '../audit/facts/workloads.ts';
import type { WorkloadObject } from '../audit/snapshot.ts';
import { parseDuration } from '../base/units.ts';
import type { IngressShape } from './shape.ts';

type Timing = Omit<IngressShape, 'pods'>;

/** What a Service's workload sets for its pods; if there are several, the first, which a note names. Null: defaults. */
export function ingressTiming(workloads: readonly WorkloadObject[]): { timing: Timing; notes: string[] } {
  const [workload] = workloads;
  if (workload === undefined) {
    const note = 'No Deployment or DaemonSet of the Service is known: grace periods and hooks are defaults.';
    return { timing: unknownTiming, notes: [note] };
  }
  const notes: string[] = [];
  if (workloads.length > 1)
    notes.push(`${workloads.length} workloads serve it; the timing is that of ${workloadName(workload)}.`);
  if (workload.kind === 'StatefulSet')
    notes.push(`${workloadName(workload)} is written as a Deployment: a scenario has no other kind.`);
  const preStopSeconds = preStopSecondsOf(workload);
  if (preStopSeconds === null)
    notes.push(
      `How long the preStop hook of ${workloadName(workload)} takes cannot be read: none is assumed.`,
    );
  const traefik = isTraefik(workload);
  const probe = workload.spec.template.spec.containers.find(
    ({ readinessProbe }) => readinessProbe !== undefined,
  )?.readinessProbe;
  const lifecycle = (name: string) => {
    const flag = flagOf(
      workload,
      new RegExp(`^--entrypoints\\.[^.]+\\.transport\\.lifecycle\\.${name}$`, 'i'),
    );
    return traefik && flag !== undefined ? secondsOf(flag) : null;
  };
  return {
    timing: {
      kind: workload.kind === 'DaemonSet' ? 'DaemonSet' : 'Deployment',
      graceSeconds: graceSecondsOf(workload),
      preStopSeconds,
      hook: hookOf(workload),
      evictionSeconds: evictionSecondsOf(workload),
      traefikGraceSeconds: lifecycle('gracetimeout'),
      traefikAcceptSeconds: lifecycle('requestacceptgracetimeout'),
      readiness:
        probe === undefined
          ? null
          : {
              initialDelay: probe.initialDelaySeconds ?? null,
              // Kubernetes' own defaults (pkg/apis/core/v1/defaults.go, SetDefaults_Probe).
              period: probe.periodSeconds ?? 10,
              timeout: probe.timeoutSeconds ?? 1,
              failureThreshold: probe.failureThreshold ?? 3,
              successThreshold: probe.successThreshold ?? 1,
            },
    },
    notes,
  };
}

const unknownTiming: Timing = {
  kind: 'Deployment',
  graceSeconds: null,
  preStopSeconds: null,
  hook: 'none-or-sleep',
  evictionSeconds: null,
  traefikGraceSeconds: null,
  traefikAcceptSeconds: null,
  readiness: null,
};

const hookOf = ({ spec }: WorkloadObject): Timing['hook'] =>
  spec.template.spec.containers.some(
    ({ lifecycle }) => lifecycle?.preStop !== undefined && lifecycle.preStop.sleep === undefined,
  )
    ? 'other'
    : 'none-or-sleep';

/** How long its pods stay on an unreachable node, if the workload sets it. */
const evictionSecondsOf = ({ spec }: WorkloadObject): number | null =>
  spec.template.spec.tolerations.find(
    ({ key, tolerationSeconds }) =>
      key === 'node.kubernetes.io/unreachable' && tolerationSeconds !== undefined && tolerationSeconds > 0,
  )?.tolerationSeconds ?? null;

/** Traefik takes Go's durations and plain seconds. */
function secondsOf(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text);
  const ms = parseDuration(text);
  return ms === undefined ? null : ms / 1000;
}
