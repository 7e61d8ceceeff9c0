import { staysOnNode } from '../../catalogue/policies.ts';
import type { RequestRecord } from '../records.ts';
import type { Blame } from './attribution.ts';
import { passesNoService } from './stays.ts';
import { isUnanswered } from './unanswered.ts';

/**
 * How two records of one request contradict each other, in words; null: they agree, or there is only one of them.
 * Nothing is concluded from such a path.
 */
export function contradiction(request: RequestRecord, blame: Blame): string | null {
  const { run, trial, placement } = blame;
  const { connection, ingressPod, ingressNode, endpointPod, endpointNode } = request;
  const nodeOf = (pod: string | null) => (pod === null ? null : (run.podNodes.get(pod) ?? null));
  const named = [
    [ingressNode, 'the answer'],
    [nodeOf(ingressPod), `the pod ${ingressPod}`],
    [trial.logged.nodeOf(request.id), 'an ingress log'],
  ] as const;
  const ingress = differing(named);
  if (ingress !== null) return `the ingress node is ${ingress}`;
  const endpoint = differing([
    [endpointNode, 'the answer'],
    [nodeOf(endpointPod), `the pod ${endpointPod}`],
  ]);
  if (endpoint !== null) return `the endpoint node is ${endpoint}`;
  const closed = connection?.close ?? null;
  if (connection !== null && closed !== null && connection.node !== closed.node)
    return `the balancer sent it to ${connection.node} when it was opened and to ${closed.node} when it was closed`;
  if (connection !== null && connection.node === null && !isUnanswered(request))
    return 'the balancer had no node for it, yet an answer came';
  // Such a policy never passes a connection on to another node; near a flip it is not known when a node began to follow.
  const known = ingressNode ?? trial.logged.nodeOf(request.id);
  const transit = connection?.node ?? null;
  const staying = passesNoService(blame) || (blame.flip === null && bothStay(blame));
  if (staying && known !== null && transit !== null && known !== transit && placement.ingress.has(transit))
    return `under ${blame.finalPolicy} ${transit} keeps its connections, yet the ingress node is ${known}`;
  return null;
}

const bothStay = ({ initialPolicy, finalPolicy }: Blame) =>
  staysOnNode(initialPolicy) && staysOnNode(finalPolicy);

type Told = readonly [node: string | null, by: string];

/** `stable-0 by the answer and stable-1 by an ingress log`; null: they agree. */
function differing(all: readonly Told[]): string | null {
  const known = all.flatMap(([node, by]) => (node === null ? [] : [{ node, by }]));
  const [first] = known;
  const other = known.find(({ node }) => node !== first?.node);
  return first === undefined || other === undefined
    ? null
    : `${first.node} by ${first.by} and ${other.node} by ${other.by}`;
}
