import { causes, causeTraits } from '../catalogue/causes.ts';
import { cdnCodes, cdnCodeTraits } from '../catalogue/cdn-codes.ts';
import { isSwitchover, policyNames, trafficMeaning, trafficPolicies } from '../catalogue/policies.ts';
import { listed } from './figures.ts';

/*
 * The words of the report, explained in the page itself. Sources: Kubernetes' docs ("Virtual IPs and service proxies");
 * Cloudflare's docs, "Error 520" to "Error 524".
 */
const switchovers = policyNames.filter(isSwitchover);

export const glossary: readonly (readonly [term: string, meaning: string])[] = [
  ...trafficPolicies.map((policy): [string, string] => [policy, trafficMeaning(policy)]),
  [
    listed(switchovers),
    'The policy is changed while requests are under way (the flip), and the fault comes after that. Connections opened before the flip stay on their old path.',
  ],
  ['stream', 'A slow request that was under way when something happened; its answer comes in chunks.'],
  [
    'new connection',
    'A short request of the probe that opens a connection of its own, sent at fixed times whatever became of the one before. Kept connections are reused by the next request.',
  ],
  [
    'lost',
    'A request without a whole and correct answer. Requests that midflight ended itself are cancelled, not lost.',
  ],
  [
    'expected',
    'The share of streams that the fault should take, from topology and policy alone, before anything is measured. The interval beside a measured share is Wilson\u2019s, 95 %.',
  ],
  ...causes.map((cause): [string, string] => [cause, causeTraits[cause].meaning]),
  [
    'failover',
    'From the disturbance to the first new connection that works again and is followed by a whole stability window of working ones.',
  ],
  [
    'outage',
    'From the first to the last failed new connection. It begins later than the disturbance, so it is shorter than the failover.',
  ],
  [
    'resolution',
    'How much later the true end may be than the reported one, with 95 % confidence. The fewer connections fail, the longer a failure can go unseen.',
  ],
  ['none', 'Measured, and no new connection failed.'],
  ['-', 'Nothing to measure: no such event belongs to this trial, or there was no probe.'],
  [
    'unknown',
    'Not measured, or an instrument was too late to be trusted. An unknown repeat is left out of the comparison and never counts as a pass. ">= 2.7 s" means: at least this long.',
  ],
  ...cdnCodes.flatMap((code): [string, string][] => {
    const { short, meaning } = cdnCodeTraits[code];
    return meaning === null ? [] : [[short, meaning]];
  }),
  ['unclear', 'Lost, and nobody waited long enough to see what the CDN would have answered.'],
];
