import { counted, percent } from '../../reports/figures.ts';
import { annotateCommand } from '../commands.ts';
import type { ServiceView } from '../facts/view.ts';
import { listNames } from '../names.ts';
import type { CheckOptions, Found, ServiceCheck } from './check.ts';

export const flipCutsEstablished: ServiceCheck = {
  id: 'MF005',
  name: 'flip-cuts-established',
  severity: 'high',
  words: 'On this balancer a change to Local cuts established connections through nodes without an endpoint.',
  scenario: 'switchover.yaml',
  of: 'service',
  needs: ['nodes', 'endpoints'],
  find(view, _cluster, options) {
    const { balancer, policy, transit, candidates, service } = view;
    const { toLocal } = balancer.kind;
    if (policy !== 'Cluster' || toLocal.established !== 'cut' || transit === null || candidates === null)
      return null;
    if (transit.length === 0 || isCured(service.metadata.annotations)) return null;
    const names = transit.map(({ name }) => name);
    const after = toLocal.cutAfterSeconds;
    const when = after === null ? '' : after === 0 ? ' at once' : ` after about ${after} s`;
    return {
      confidence: balancer.confidence,
      summary: `a change to Local cuts the connections through ${counted(names.length, 'node')}${when}, ${percent(names.length / candidates.nodes.length)} of them: ${listNames(names)}`,
      evidence: [`${balancer.kind.name}: ${balancer.evidence}`, balancer.kind.source],
      values: {
        cutShare: names.length / candidates.nodes.length,
        ...(after === null ? {} : { cutAfterSeconds: after }),
      },
      nodes: names,
      remedy: remedyOf(view, options),
    };
  },
};

/** The settings that keep them, if the Service has them already. */
function isCured(annotations: Readonly<Record<string, string>>): boolean {
  const attributes =
    annotations['service.beta.kubernetes.io/aws-load-balancer-target-group-attributes'] ?? '';
  return (
    /target_health_state\.unhealthy\.connection_termination\.enabled=false/.test(attributes) ||
    annotations['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-connection-drain'] === 'on'
  );
}

function remedyOf(view: ServiceView, options: CheckOptions): Found['remedy'] {
  const { cure } = view.balancer.kind.toLocal;
  if (cure === null)
    return { text: 'nothing is known to prevent it: change the policy when few connections are open' };
  const { text, annotation, command } = cure;
  if (annotation !== undefined) return { text, command: annotateCommand(view, annotation, options) };
  if (command === undefined) return { text };
  const { annotations } = view.service.metadata;
  return {
    text,
    command: command.replaceAll(/\{([^}]+)\}/g, (whole, key: string) => annotations[key] ?? whole),
  };
}
