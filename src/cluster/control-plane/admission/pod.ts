import { invalidValue, requiredValue } from '../api/field.ts';
import { sameJson } from '../api/json.ts';
import type { Pod, Toleration } from '../api/kinds.ts';
import { resources } from '../api/resources.ts';
import { invalid, type StatusCause } from '../api/status.ts';
import type { Context } from '../context.ts';

/** Defaults of core/v1 (pkg/apis/core/v1/defaults.go) that something here reads, and DefaultTolerationSeconds. */
export function podStrategy(context: Context, next: Pod, previous: Pod | undefined): Pod {
  if (previous !== undefined) return checkUpdate(next, previous);
  if (next.spec.containers.length === 0) {
    throw invalid(resources.pods, next.metadata.name, [requiredValue('spec.containers')]);
  }
  const causes = hookCauses(next);
  if (causes.length > 0) throw invalid(resources.pods, next.metadata.name, causes);
  const spec = {
    ...next.spec,
    restartPolicy: next.spec.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: next.spec.terminationGracePeriodSeconds ?? 30,
    tolerations: withDefaultTolerations(context, next.spec.tolerations ?? []),
  };
  return { ...next, spec, status: { phase: 'Pending', qosClass: 'BestEffort' } };
}

/** A preStop sleep that the grace period does not hold (pkg/apis/core/validation, validateSleepAction). */
function hookCauses({ spec }: Pod): StatusCause[] {
  const grace = spec.terminationGracePeriodSeconds ?? 30;
  return spec.containers.flatMap(({ lifecycle }, index) => {
    const seconds = lifecycle?.preStop?.sleep?.seconds;
    if (seconds === undefined || (seconds >= 0 && seconds <= grace)) return [];
    const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
    return [invalidValue(`spec.containers[${index}].lifecycle.preStop.sleep.seconds`, seconds, why)];
  });
}

/** What the defaulted tolerationSeconds reads: the pod eviction time-out in seconds of cluster time. */
export function defaultTolerationSeconds(context: Context): number {
  return Math.max(1, Math.round((context.timers.podEvictionMs * context.timeScale) / 1000));
}

function withDefaultTolerations(context: Context, tolerations: readonly Toleration[]): Toleration[] {
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !tolerations.some((own) => toleratesNoExecute(own, key)))
    .map((key) => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: defaultTolerationSeconds(context),
    }));
  return [...tolerations, ...added];
}

function toleratesNoExecute(own: Toleration, key: string): boolean {
  const effect = own.effect === undefined || own.effect === '' || own.effect === 'NoExecute';
  return effect && (own.key === key || ((own.key ?? '') === '' && own.operator === 'Exists'));
}

/** A pod's spec is fixed, but for images, tolerations and a few durations (ValidatePodUpdate). */
function checkUpdate(next: Pod, previous: Pod): Pod {
  if (previous.spec.nodeName !== undefined && next.spec.nodeName !== previous.spec.nodeName) {
    throw invalid(resources.pods, next.metadata.name, [
      invalidValue('spec.nodeName', next.spec.nodeName ?? '', 'field is immutable'),
    ]);
  }
  const names = (pod: Pod) => pod.spec.containers.map((container) => container.name);
  if (!sameJson(names(next), names(previous))) {
    const why = 'pod updates may not add or remove containers';
    throw invalid(resources.pods, next.metadata.name, [
      { reason: 'FieldValueForbidden', field: 'spec.containers', message: `Forbidden: ${why}` },
    ]);
  }
  return next;
}
