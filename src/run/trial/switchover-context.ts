import { AppsV1Api } from '@kubernetes/client-node';
import { nsPerMs } from '../../base/units.ts';
import type { SwitchoverContext } from '../../policies/index.ts';
import { nodesSeen, othersOnLocal, serviceSight, templateSeen } from '../cluster-sight.ts';
import { realMs } from '../run.ts';
import type { Trial } from './trial.ts';

/** What a switchover gets of a run. */
export function switchoverContext(trial: Trial): SwitchoverContext {
  const { run, strategy } = trial;
  const { plan, core, workload, changes, state, clock, provider } = run;
  const { namespace, name } = workload.service;
  const { front } = provider;
  const never = new Set(front.kind === 'edge' ? front.excludeNodes() : []);
  return {
    changes,
    service: { namespace, name },
    edge: plan.edge,
    final: strategy.final,
    second: secondOf(trial),
    balancer: front.kind === 'edge' ? state.balancer : run.sight,
    nodes: () => nodesSeen(core, workload.ingress, never),
    readyIngress: () => state.endpointNodes.get(name) ?? new Set(),
    isLost: (node) => (state.nodeReady.get(node)?.ready ?? 'True') !== 'True',
    // A cluster of midflight's own has no other; on one of the user's the flip asks as `midflight flip` does.
    others: async () => (plan.ownCluster === undefined ? [] : othersOnLocal(core, { namespace, name })),
    ingressTemplate: () =>
      templateSeen(core, provider.cluster.kubeConfig().makeApiClient(AppsV1Api), workload.ingress),
    awaitEstablished: plan.awaitEstablished ?? false,
    ...serviceSight(core, { namespace, name }),
    now: clock.now,
    quietNs: realMs(plan, plan.stabilityMs) * nsPerMs,
  };
}

/** Null: nothing can be moved, or nowhere. */
function secondOf({ run: { second, plan }, loads }: Trial): SwitchoverContext['second'] {
  const movable = plan.load.every(({ kind }) => kind === 'streams' || kind === 'probe');
  if (second === null || !movable) return null;
  return {
    begin: second.begin,
    first: second.first,
    passes: second.passes,
    moveClients() {
      loads?.moveTo(second.show());
    },
  };
}
