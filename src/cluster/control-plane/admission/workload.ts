import { invalidValue } from '../api/field.ts';
import { sameJson } from '../api/json.ts';
import type { DaemonSet, Deployment } from '../api/kinds.ts';
import { type ResourceInfo, resources } from '../api/resources.ts';
import { selects } from '../api/selectors.ts';
import { invalid, type StatusCause } from '../api/status.ts';
import type { Context } from '../context.ts';

/** Defaults of pkg/apis/apps/v1/defaults.go. */
export function deploymentStrategy(
  _context: Context,
  next: Deployment,
  previous: Deployment | undefined,
): Deployment {
  check(resources.deployments, next, previous);
  const { replicas = 1, strategy } = next.spec;
  const type = strategy?.type ?? 'RollingUpdate';
  const rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%', ...strategy?.rollingUpdate };
  if (replicas < 0) {
    const why = 'must be greater than or equal to 0';
    throw invalid(resources.deployments, next.metadata.name, [invalidValue('spec.replicas', replicas, why)]);
  }
  return {
    ...next,
    spec: { ...next.spec, replicas, strategy: type === 'RollingUpdate' ? { type, rollingUpdate } : { type } },
    status: next.status ?? {},
  };
}

export function daemonSetStrategy(
  _context: Context,
  next: DaemonSet,
  previous: DaemonSet | undefined,
): DaemonSet {
  check(resources.daemonsets, next, previous);
  const type = next.spec.updateStrategy?.type ?? 'RollingUpdate';
  const rollingUpdate = { maxSurge: 0, maxUnavailable: 1, ...next.spec.updateStrategy?.rollingUpdate };
  return {
    ...next,
    spec: { ...next.spec, updateStrategy: type === 'RollingUpdate' ? { type, rollingUpdate } : { type } },
    status: next.status ?? {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    },
  };
}

function check<O extends Deployment | DaemonSet>(info: ResourceInfo, next: O, previous: O | undefined): void {
  const causes: StatusCause[] = [];
  const labels = next.spec.template.metadata?.labels ?? {};
  if (!selects(next.spec.selector, labels)) {
    causes.push(
      invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
    );
  }
  if (previous !== undefined && !sameJson(previous.spec.selector, next.spec.selector)) {
    causes.push(invalidValue('spec.selector', next.spec.selector, 'field is immutable'));
  }
  if (causes.length > 0) throw invalid(info, next.metadata.name, causes);
}
