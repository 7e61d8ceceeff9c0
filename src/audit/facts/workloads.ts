import { keyOf, type Service, type WorkloadObject } from '../snapshot.ts';

/** Which Deployments, DaemonSets and StatefulSets make the pods of a Service, by its selector and their template's labels. */
export function workloadIndex(workloads: readonly WorkloadObject[]) {
  const byNamespace = new Map<string, WorkloadObject[]>();
  for (const workload of workloads) {
    const namespace = workload.metadata.namespace ?? 'default';
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), workload]);
  }
  return ({ metadata, spec }: Service): readonly WorkloadObject[] => {
    const selector = Object.entries(spec.selector);
    if (selector.length === 0) return [];
    return (byNamespace.get(metadata.namespace ?? 'default') ?? []).filter((workload) => {
      const { labels } = workload.spec.template.metadata;
      return selector.every(([key, value]) => labels[key] === value);
    });
  };
}

/** The default of Kubernetes (pkg/apis/core/types.go, DefaultTerminationGracePeriodSeconds). */
export const graceSecondsOf = ({ spec }: WorkloadObject): number =>
  spec.template.spec.terminationGracePeriodSeconds ?? 30;

/** `Deployment ingress/traefik`. */
export const workloadName = (workload: WorkloadObject): string => `${workload.kind} ${keyOf(workload)}`;

/** How long a pod waits before SIGTERM, seconds; null: not known, such as a script. */
export function preStopSecondsOf({ spec }: WorkloadObject): number | null {
  let longest = 0;
  for (const { lifecycle } of spec.template.spec.containers) {
    const hook = lifecycle?.preStop;
    if (hook === undefined) continue;
    if (hook.sleep !== undefined) longest = Math.max(longest, hook.sleep.seconds);
    else {
      const seconds = /(?:^|\s)sleep (\d+)\b/.exec(hook.exec?.command.join(' ') ?? '')?.[1];
      if (seconds === undefined) return null;
      longest = Math.max(longest, Number(seconds));
    }
  }
  return longest;
}

/** A flag of the containers, `--providers.x=value` or `--providers.x value`; undefined: it is not given. */
export function flagOf({ spec }: WorkloadObject, pattern: RegExp): string | undefined {
  for (const { command, args } of spec.template.spec.containers) {
    const words = [...command, ...args];
    for (const [index, word] of words.entries()) {
      const [name = '', ...value] = word.split('=');
      if (pattern.test(name)) return value.length > 0 ? value.join('=') : words[index + 1];
    }
  }
  return undefined;
}

export const isTraefik = ({ spec }: WorkloadObject): boolean =>
  spec.template.spec.containers.some(({ image }) => /(^|\/)traefik[:@]/.test(`${image ?? ''}:`));
