import type { LostRequest, TrialDetail } from '../analysis/detail.ts';
import type { OwnAnswerReason } from '../base/connections.ts';
import { cdnCodeTraits } from '../catalogue/cdn-codes.ts';
import { plural, policyLabel } from './figures.ts';

/*
 * Lost requests in words: the table of them all, and the story of one.
 */

export const lostTitles = [
  'request',
  'policy',
  'when',
  'phase',
  'bytes',
  'transit',
  'ingress',
  'endpoint',
  'cause',
  'CDN code',
  'evidence',
] as const;

const kinds = { stream: 'stream', new: 'new connection', kept: 'kept connection' } as const;
export const kindWords = (kind: LostRequest['kind']): string => kinds[kind];

/** One row of the table. `when` is seconds of cluster time since the trial began. */
export function lostCells(lost: LostRequest, { policy, repeat }: TrialDetail): string[] {
  const { path, cdn } = lost;
  return [
    lost.id,
    `${policyLabel(policy)}, repeat ${repeat + 1}`,
    `${lost.endedSeconds.toFixed(1)} s`,
    `${kindWords(lost.kind)}, ${lost.phase}: ${lost.outcome}`,
    String(lost.bytes),
    path.transit ?? '-',
    path.ingress ?? '-',
    path.endpoint ?? '-',
    lost.cause,
    cdn === null ? 'unclear' : cdnCodeTraits[cdn].short,
    evidence(lost),
  ];
}

/** Why an HTTP balancer answered itself. */
export const ownAnswerWords = {
  'no-target': 'it had no healthy node',
  refused: 'the node refused its connection',
  'connect-timeout': 'its connection to the node was not made in time',
  closed: 'the node ended the connection before an answer',
  silent: 'no answer came within its idle time-out',
  malformed: 'the answer was no HTTP',
} as const satisfies Record<OwnAnswerReason, string>;

/** What speaks for the cause, short. */
export function evidence(lost: LostRequest): string {
  if (lost.contradiction !== null) return `contradictory: ${lost.contradiction}`;
  const { lostTo, path, cause, proven } = lost;
  const what = lostTo === null ? 'nothing was done' : `${lostTo.kind} at ${lostTo.atSeconds.toFixed(1)} s`;
  const own =
    lost.own === null
      ? ''
      : `; the balancer answered ${lost.own.status} itself: ${ownAnswerWords[lost.own.reason]}`;
  if (!proven) return `time alone: ${what}${own}`;
  const dead = lostTo?.node ?? null;
  const by: Partial<Record<LostRequest['cause'], string>> = {
    transit: `balancer's log: through ${path.transit}`,
    ingress:
      path.ingress !== null && path.ingress === dead
        ? `its ingress node is ${dead}`
        : `through ${path.transit}, and no ingress that lives logged it`,
    endpoint:
      path.endpoint !== null && path.endpoint === dead
        ? `its endpoint node is ${dead}`
        : `an ingress logged it, and no pod answered`,
    switchover: `balancer's log: ${path.transit} has no ingress pod, and Local drops there`,
    'no-target': "balancer's log: no healthy node",
    'source-ranges': "balancer's log: its client is outside loadBalancerSourceRanges",
  };
  return `${by[cause] ?? 'recorded path'}; ${what}${own}`;
}

/** Why each cause that it has not was ruled out, in the order in which they are tried. */
export function whyNot(lost: LostRequest, detail: TrialDetail): string[] {
  const { path, cause, lostTo, contradiction } = lost;
  if (contradiction !== null)
    return [`no cause: two records contradict each other (${contradiction}), so nothing is concluded`];
  const dead = detail.nodes.find((node) => node.dead)?.name ?? lostTo?.node ?? null;
  const at = (role: string, node: string | null) =>
    node === null ? `the records do not show its ${role} node` : `its ${role} node was ${node}`;
  const against = dead === null ? 'no node was taken' : `not ${dead}`;
  const lines: [LostRequest['cause'], string][] = [
    ['no-target', `the balancer had a node for it: ${path.transit ?? 'its log does not show which'}`],
    ['endpoint', `${at('endpoint', path.endpoint)}, ${against}`],
    ['ingress', `${at('ingress', path.ingress)}, ${against}`],
    ['transit', `${at('transit', path.transit)}, ${against}`],
    [
      'switchover',
      lostTo?.kind === 'flip'
        ? 'it was lost to the flip'
        : 'no flip had begun, or its path shows another cause',
    ],
  ];
  const until = lines.findIndex(([name]) => name === cause);
  if (cause === 'source-ranges') return []; // it is the first that is tried
  const ruledOut = until < 0 ? lines : lines.slice(0, until);
  return ruledOut.map(([name, why]) => `not ${name}: ${why}`);
}

/** `12 lost requests`. */
export const lostCount = (count: number): string => `${count} lost ${plural(count, 'request')}`;
