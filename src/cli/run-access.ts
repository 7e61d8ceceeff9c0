import { isSwitchover, policyTraits } from '../catalogue/policies.ts';
import type { Access } from '../kube/access.ts';
import type { Plan } from '../plan/schema.ts';
import { flipAccess } from '../policies/access.ts';
import { liveFaultAccess } from '../run/live-fault/access.ts';
import { liveFaults } from '../run/live-fault/names.ts';

const of = (group: string, resource: string, verbs: readonly string[], at?: string): Access[] =>
  verbs.map((verb) => ({ verb, group, resource, ...(at === undefined ? {} : { namespace: at }) }));

/** What an experiment reads of a cluster of the user's: the rules that read of the ClusterRole midflight-run. */
export const runReads = (namespace: string): Access[] => [
  ...of('', 'nodes', ['list', 'watch']),
  ...of('', 'services', ['get', 'list', 'watch'], namespace),
  ...of('', 'pods', ['list', 'watch'], namespace),
  ...of('', 'events', ['list', 'watch'], namespace),
  ...of('discovery.k8s.io', 'endpointslices', ['list', 'watch'], namespace),
];

/** All that the plan asks of the API of a cluster of the user's. */
export function runAccess({ ownCluster, trials, fault }: Plan): Access[] {
  const namespace = ownCluster?.service.namespace ?? '';
  const ways = new Set(
    trials.flatMap(({ policy }) => (isSwitchover(policy) ? (policyTraits(policy).switchover ?? []) : [])),
  );
  const kind = liveFaults.find((one) => one === fault?.kind);
  const all = [
    ...runReads(namespace),
    ...of('', 'services', ['patch'], namespace),
    ...of('coordination.k8s.io', 'leases', ['get', 'create', 'update', 'delete'], 'kube-system'),
    ...[...ways].flatMap((way) => flipAccess(way, namespace)),
    ...(kind === undefined ? [] : liveFaultAccess(kind, namespace)),
  ];
  return [...new Map(all.map((one) => [JSON.stringify(Object.entries(one).sort()), one])).values()];
}

/** What it would change, in words: one line each. */
export function runChanges({ ownCluster, trials, fault }: Plan): string[] {
  const { service, optIn, maxNodes } = ownCluster ?? {};
  const policies = [...new Set(trials.map(({ policy }) => policy))];
  return [
    `Service ${service?.namespace}/${service?.name}: ${policies.join(', ')}, and as before at the end`,
    ...(fault === null
      ? []
      : [
          `${fault.kind} on nodes with the label ${optIn?.key}=${optIn?.value}, at most ${maxNodes} out at once`,
          ...Object.entries(fault.commands ?? {}).map(([which, words]) => `  ${which}: ${words.join(' ')}`),
        ]),
    'a Lease in kube-system, held meanwhile',
  ];
}
