import { MidflightError } from '../base/errors.ts';
import { clusters, clusterTraits } from '../catalogue/clusters.ts';
import { type FaultKind, type FaultTraits, faultTraits } from '../catalogue/faults.ts';
import { policyTraits } from '../catalogue/policies.ts';
import { type Fault, faults } from '../faults/index.ts';
import type { Plan } from '../plan/schema.ts';
import type { Provider } from '../providers/provider.ts';

/** Throws `bad-scenario` if the balancer is to send to pods and cannot on this cluster: before anything starts. */
export function refusePods(
  { edge, trials }: Pick<Plan, 'edge' | 'trials'>,
  { name }: Pick<Provider, 'name'>,
): void {
  const traits = clusterTraits(name);
  if (traits === null || traits.reachesPods) return;
  const arranged = trials.find(({ policy }) => policyTraits(policy).arrangement === 'pods-as-targets');
  // The balancer of a cluster that is there sends to pods as it does.
  const preset = traits.made && Object.values(edge.backends).some(({ from }) => from === 'pods');
  if (arranged === undefined && !preset) return;
  const why = traits.made
    ? `the pods of ${name} have addresses that a balancer beside its nodes has no route to`
    : `the balancer of ${name} is not midflight's`;
  throw new MidflightError('bad-scenario', `${arranged?.policy ?? edge.preset} sends to pods: ${why}`, {
    hint: `use --cluster embedded, or leave it out in providers.${name}`,
  });
}

/** Throws `bad-scenario` if the ingress is to speak HTTP/2 to the app and is not ours to set up: before anything starts. */
export function refuseUpstream({ ingress }: Pick<Plan, 'ingress'>, { name }: Pick<Provider, 'name'>): void {
  if (ingress.h2c === undefined || clusterTraits(name)?.modelIngress !== false) return;
  const what = `ingress.upstream.protocol: h2c is of the embedded cluster's ingress, and that of ${name} is not set up for it`;
  throw new MidflightError('bad-scenario', what, {
    hint: `use --cluster embedded, or leave it out in providers.${name}`,
  });
}

/** Throws `fault-failed` if the plan's fault needs an effect that this cluster does not offer: before anything starts. */
export function refuseUnable({ fault }: Pick<Plan, 'fault'>, { effects, name }: Provider): void {
  if (fault === null) return;
  const mayBe = (kind: FaultKind) => {
    const { onOwnCluster }: FaultTraits = faultTraits[kind];
    return !(clusters[name].made && onOwnCluster === 'only');
  };
  const missing = faults[fault.kind].needs.filter((effect) => effects[effect] === undefined);
  if (missing.length === 0) return;
  const able = Object.values(faults).filter(
    ({ kind, needs }) => mayBe(kind) && needs.every((one) => effects[one] !== undefined),
  );
  const { lacking }: Fault = faults[fault.kind];
  const elsewhere =
    lacking === undefined
      ? 'Or run the experiment on embedded or kind'
      : `Or run the experiment on embedded: ${lacking}`;
  const words = able.map(({ kind }) => kind).join(', ');
  throw new MidflightError(
    'fault-failed',
    `${fault.kind} cannot be injected into this cluster (${name}): it offers no ${missing.join(' and no ')}`,
    { hint: `it can do: ${words}. ${elsewhere}` },
  );
}
