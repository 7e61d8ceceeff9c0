import type { LostRequest, TrialDetail } from '../analysis/detail.ts';
import { cdnCodeTraits } from '../catalogue/cdn-codes.ts';
import type { EventOf, HistoryEvent } from '../history/schema.ts';
import { counted, policyLabel } from './figures.ts';
import { evidence, kindWords, ownAnswerWords, whyNot } from './lost-words.ts';

/** Every record of one request, and what happened around it. */
export interface RequestEvents {
  readonly start: EventOf<'start'>;
  readonly end: EventOf<'end'> | null;
  readonly opened: EventOf<'edge-open'> | null;
  readonly closed: EventOf<'edge-close'> | null;
  /** At an HTTP balancer: each node that it was sent to. */
  readonly sent: readonly EventOf<'edge-request'>[];
  readonly answered: EventOf<'edge-response'> | null;
  readonly logged: readonly EventOf<'ingress'>[];
  /** The events, in order of time. */
  readonly around: readonly HistoryEvent[];
}

interface Story extends RequestEvents {
  readonly detail: TrialDetail;
  /** null: it was not lost. */
  readonly lost: LostRequest | null;
  /** Seconds of cluster time since the trial began. */
  readonly since: (t: number) => number;
}

/** The whole story of a request: each record of it, what happened around it, and why this cause and not another. */
export function storyLines(story: Story): string[] {
  const { detail, lost, start } = story;
  const kind = kindWords(start.lane === null ? 'stream' : start.lane === 'new' ? 'new' : 'kept');
  return [
    `${start.id}: ${kind} of ${policyLabel(detail.policy)}, repeat ${detail.repeat + 1}`,
    '',
    'What became of it',
    ...fate(story).map(indented),
    '',
    'Its records (seconds of cluster time since the trial began)',
    ...records(story).map(indented),
    '',
    'Around it',
    ...(story.around.length === 0
      ? ['nothing was recorded']
      : story.around.map((one) => line(story, one))
    ).map(indented),
    ...(lost === null ? [] : ['', `Why ${lost.cause}`, ...reasons(lost, detail).map(indented)]),
  ];
}

const indented = (text: string) => `  ${text}`;

function fate({ lost, end }: Story): string[] {
  if (end === null) return ['its end was never recorded'];
  if (lost === null) return [`${end.outcome}: it was not lost`];
  const { cdn, path } = lost;
  return [
    `lost: ${lost.outcome} while ${lost.phase}, ${counted(lost.bytes, 'byte')} of the body had come`,
    `cause: ${lost.cause}${lost.proven ? '' : ' (not proven by its path)'}`,
    `path: transit ${path.transit ?? 'not known'}, ingress ${path.ingress ?? 'not known'}, endpoint ${path.endpoint ?? 'not known'}`,
    `clients behind Cloudflare would have seen: ${cdn === null ? 'unclear' : cdnCodeTraits[cdn].short}`,
  ];
}

function records(story: Story): string[] {
  const { start, end, logged, since } = story;
  const at = (t: number | null) => (t === null ? 'never' : `${since(t).toFixed(3)} s`);
  return [
    `client: due ${at(start.dueAt)}, started ${at(start.t)}`,
    ...(end === null
      ? ['client: no end']
      : [
          `client: connected ${at(end.connectedAt)}, first byte ${at(end.firstByteAt)}, last byte ${at(end.lastByteAt)}`,
          `client: ${end.outcome} at ${at(end.t)}, status ${end.status ?? 'none'}, ${counted(end.bodyBytes, 'byte')} in ${counted(end.chunks, 'chunk')}${end.errno === null ? '' : `, ${end.errno}`}`,
        ]),
    ...balancerLines(story, at),
    ...(logged.length === 0
      ? ['ingress: no log line']
      : logged.map(
          ({ pod, node, status, source, t }) =>
            `ingress: ${pod}${node === null ? '' : ` on ${node}`} logged status ${status} from ${source} at ${at(t)}`,
        )),
    end === null || end.path === null
      ? 'app: no chunk arrived, so it said nothing'
      : `app: ${end.path.endpointPod} on ${end.path.endpointNode} answered through ${end.path.ingressPod ?? 'an ingress'} on ${end.path.ingressNode ?? 'an unknown node'}`,
  ];
}

function balancerLines(
  { opened, closed, sent, answered }: Story,
  at: (t: number | null) => string,
): string[] {
  if (opened === null) return ['balancer: its log does not show it'];
  if (opened.http === true) {
    const tries = sent.map(({ node, t }) =>
      node === null ? `no healthy node for it at ${at(t)}` : `sent it to ${node} at ${at(t)}`,
    );
    return [
      `balancer: took its client's connection at ${at(opened.t)}`,
      ...(tries.length === 0 ? ['the request never came to it'] : tries).map((text) => `balancer: ${text}`),
      ...(answered === null ? [] : httpLines(answered, at)),
    ];
  }
  const node = opened.node === null ? 'no healthy node' : `sent it to ${opened.node}`;
  const took = `balancer: took it at ${at(opened.t)}, ${node}`;
  if (closed === null) return [took];
  const { connect, bytesDown, clientEnd, upstreamEnd, t } = closed;
  return [
    took,
    `balancer: its connection to the node ${connectWords[connect]}, ${counted(bytesDown, 'byte')} to the client, client's side ended ${clientEnd}, node's side ${upstreamEnd}, at ${at(t)}`,
  ];
}

function httpLines(
  { upstream, own, status, ended, bytesDown, t }: EventOf<'edge-response'>,
  at: (t: number | null) => string,
): string[] {
  const way =
    upstream === null
      ? 'no connection to the node was made'
      : `over ${upstream.reused ? 'a kept' : 'a new'} connection to the node (${upstream.number}), opened at ${at(upstream.openedAt)}`;
  const end =
    own === null
      ? `status ${status ?? 'none'}, ${counted(bytesDown, 'byte')} to the client, ${requestEndWords[ended]}`
      : `answered ${status} itself: ${ownAnswerWords[own]}`;
  return [`balancer: ${way}`, `balancer: ${end}, at ${at(t)}`];
}

const requestEndWords = {
  whole: 'the whole answer was passed on',
  cut: 'the node ended its connection within the answer',
  idle: 'nothing came for as long as its idle time-out',
  own: 'answered by itself',
  left: 'the client went away',
  edge: 'ended by the balancer',
} as const satisfies Record<EventOf<'edge-response'>['ended'], string>;

const connectWords = {
  connected: 'was made',
  refused: 'was refused',
  reset: 'was reset',
  unreachable: 'failed: the node was unreachable',
  timeout: 'timed out',
  error: 'failed',
  none: 'was never tried',
  abandoned: 'was still being made when the client gave up',
} as const satisfies Record<EventOf<'edge-close'>['connect'], string>;

function line({ since }: Story, event: HistoryEvent): string {
  return `${since(event.t).toFixed(3)} s  ${happening(event)}`;
}

/** An event in words, for those that can be around a request. */
function happening(event: HistoryEvent): string {
  switch (event.type) {
    case 'disturbance':
      return `${event.kind} ${event.name}${event.node === null ? '' : ` of ${event.node}`}: ${event.at}`;
    case 'health':
      return `balancer: ${event.node} ${event.eligible ? (event.healthy ? 'healthy' : 'unhealthy') : 'not in its target set'} (${event.reason})`;
    case 'node':
      return `Node ${event.node}: Ready ${event.ready}${event.unschedulable ? ', unschedulable' : ''}`;
    case 'endpoints':
      return `endpoints of ${event.service}: ${event.endpoints.filter(({ ready }) => ready).length} ready`;
    case 'service':
      return `Service ${event.service}: ${event.policy ?? 'no policy'}`;
    case 'reconcile':
      return `balancer follows ${event.policy} with ${event.nodes.length} nodes`;
    case 'phase':
      return `phase ${event.phase}`;
    case 'pod':
      return `Pod ${event.pod}: ${event.change}, ${event.phase}${event.terminating ? ', terminating' : ''}`;
    default:
      return event.type;
  }
}

function reasons(lost: LostRequest, detail: TrialDetail): string[] {
  const forIt = lost.contradiction === null ? [`for it: ${evidence(lost)}`] : [];
  return [...forIt, ...whyNot(lost, detail)];
}
