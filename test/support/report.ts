import { labelOf } from '../../src/analysis/build/disturbance-report.ts';
import { noClocks } from '../../src/analysis/clocks/read.ts';
import type {
  ClockNote,
  ClockSpread,
  ComparedDisturbance,
  ComparisonRow,
  CustomersView,
  DisturbanceReport,
  ExpectationReport,
  Report,
  TrialReport,
} from '../../src/analysis/schema.ts';
import { isFaultKind } from '../../src/catalogue/faults.ts';
import { isPolicyName } from '../../src/catalogue/policies.ts';
import { meaningFor } from '../../src/history/meaning.ts';

/*
 * Reports for tests of how they are told. What is not given is as of a run in which nothing happened.
 */

const nobody = { sent: 0, ok: 0, byCdnCode: {}, unclear: 0 };
export const noCustomers = (): CustomersView => ({ streams: nobody, newConnections: null });

/** A clock that has a value, or what is given instead. */
export const aNote = (more: Partial<ClockNote> = {}): ClockNote => ({
  resolutionSeconds: null,
  code: null,
  reason: null,
  atLeastSeconds: null,
  ...more,
});

/** As a history of that policy and that fault records what they mean. */
const trafficOf = (policy: string | null) =>
  policy !== null && isPolicyName(policy) ? meaningFor(policy, null).policy : null;
const faultOf = (name: string) => (isFaultKind(name) ? meaningFor(null, name).fault : null);

/** A trial's fault, as reports have it. */
export const aFault = (kind: string, node: string) => ({ kind, node, noun: faultOf(kind)?.noun ?? kind });

export const aLabel = (kind: DisturbanceReport['kind'], name: string): string =>
  labelOf({ kind, name, fault: faultOf(name) });

export const aDisturbance = (more: Partial<DisturbanceReport> = {}): DisturbanceReport => ({
  kind: 'fault',
  name: 'power-off',
  label: aLabel(more.kind ?? 'fault', more.name ?? 'power-off'),
  node: 'preemptible-2',
  at: 60,
  requestsLost: (more.lostBegunBefore ?? 0) + (more.lostBegunAfter ?? 0),
  lostBegunBefore: 0,
  lostBegunAfter: 0,
  failingShare: null,
  outages: null,
  customers: noCustomers(),
  clocksSeconds: noClocks(),
  clockNotes: {},
  ...more,
});

export const aTrial = (more: Partial<TrialReport> = {}): TrialReport => ({
  index: 0,
  policy: 'Cluster',
  traffic: trafficOf(more.policy === undefined ? 'Cluster' : more.policy),
  fault: null,
  repeat: 0,
  outcome: 'completed',
  verdict: 'pass',
  reason: null,
  reasons: [],
  requests: {
    started: 60,
    completed: 60,
    lost: 0,
    cancelled: 0,
    avoidableByLocal: 0,
    byOutcome: { completed: 60 },
    byOutcomeClient: { completed: 60 },
    byCause: {},
    byCdnCode: {},
  },
  probes: { new: null, reused: null },
  keptConnection: null,
  engines: {},
  atInjection: null,
  predicted: null,
  disturbances: [],
  outside: null,
  clocksSeconds: noClocks(),
  clockNotes: {},
  sourceAddress: null,
  untrusted: [],
  ...more,
});

/** A trial in which a node of that name is powered off with so many streams through it. */
export const faultTrial = (
  policy: string,
  { through = 0, before = 0, after = 0, spared = 0, node = 'preemptible-2' } = {},
): TrialReport => {
  const { requests } = aTrial();
  return aTrial({
    policy,
    fault: aFault('power-off', node),
    atInjection: { inFlight: 60, throughTarget: through },
    requests: { ...requests, lost: before + after, avoidableByLocal: spared },
    disturbances: [aDisturbance({ node, lostBegunBefore: before, lostBegunAfter: after })],
  });
};

export const aRow = (more: Partial<ComparisonRow> = {}): ComparisonRow => ({
  policy: 'Cluster',
  traffic: trafficOf(more.policy === undefined ? 'Cluster' : more.policy),
  repeats: 1,
  unknownRepeats: 0,
  started: 60,
  lost: 0,
  interval: { low: 0, high: 0.06 },
  expectedShare: null,
  expectedWithinChance: null,
  differences: [],
  byCause: {},
  byCdnCode: {},
  disturbances: [],
  failover: null,
  flipFailover: null,
  failingShare: null,
  flipFailingShare: null,
  predictedLost: null,
  sourceAddress: null,
  ...more,
});

/** A clock over repeats: their median, or median, least and greatest. */
export const spread = (median: number, min = median, max = median): ClockSpread => ({
  median,
  min,
  max,
  interval: { low: min, high: max },
  repeats: min === max ? 1 : 2,
});

/** A kind of disturbance over repeats: nothing lost, no new connection failed. */
export const compared = (more: Partial<ComparedDisturbance> = {}): ComparedDisturbance => ({
  kind: 'fault',
  failover: spread(0),
  failoverGaps: [],
  outage: { sent: 0, failed: 0, share: null, longestSeconds: 0 },
  requestsLost: 0,
  customers: noCustomers(),
  ...more,
});

/** New connections that failed within an outage, in one repeat. */
export const failed = (count: number, sent: number, longestSeconds: number) => ({
  sent,
  failed: count,
  share: count / sent,
  longestSeconds,
});

/** A row of an expectation that is met. */
export const anExpectation = (more: Partial<ExpectationReport> = {}): ExpectationReport => ({
  text: 'lost == 0',
  policy: 'Local',
  measured: 0,
  unit: 'count',
  verdict: 'pass',
  reason: null,
  line: 60,
  ...more,
});

export const aReport = (more: Partial<Report> = {}): Report => ({
  schemaVersion: 2,
  midflightVersion: '0.1.0',
  experiment: 'preemption',
  description: 'A node loses power',
  provider: 'embedded',
  timeScale: 1,
  seed: 7,
  startedAt: '2026-01-01T00:00:00.000Z',
  wallSeconds: 54,
  verdict: 'pass',
  outcome: 'completed',
  reason: null,
  versions: {},
  notices: [],
  trials: [],
  comparison: [],
  expectations: [],
  ...more,
});

/** What the death of each would take: of the two with the pods, and of the three without. */
const fiveNodes = (stable: number, preemptible: number) => [
  { node: 'stable-0', share: stable },
  { node: 'stable-1', share: stable },
  ...[0, 1, 2].map((index) => ({ node: `preemptible-${index}`, share: preemptible })),
];

/** The preemption experiment's form: a loss, none, and a flip with a loss after it. */
export const threePolicies = (): Report => {
  const trials = [
    faultTrial('Cluster', { through: 9, before: 9, spared: 9 }),
    faultTrial('Local'),
    { ...faultTrial('Cluster->Local', { through: 8, before: 8, spared: 8 }), index: 2 },
  ];
  const [, , both] = trials;
  both?.disturbances.unshift(aDisturbance({ kind: 'flip', name: 'Cluster->Local', node: null, at: 20 }));
  return aReport({
    timeScale: 20,
    trials,
    comparison: [
      aRow({
        lost: 9,
        ifNodeDies: fiveNodes(0.7, 0.2),
        interval: { low: 0.08, high: 0.26 },
        byCause: { transit: 9 },
        expectedShare: 0.2,
        expectedWithinChance: true,
        disturbances: [
          compared({
            failover: { ...spread(20.2), interval: { low: 19.7, high: 21.7 } },
            outage: failed(27, 100, 19.7),
            requestsLost: 9,
            customers: {
              streams: { sent: 60, ok: 51, byCdnCode: { cut: 9 }, unclear: 0 },
              newConnections: { sent: 100, ok: 73, byCdnCode: { '522': 20, 'slow-connect': 6 }, unclear: 1 },
            },
          }),
        ],
        failover: spread(20.2),
        failingShare: 0.27,
        predictedLost: 9,
        sourceAddress: 'lost',
      }),
      aRow({
        policy: 'Local',
        expectedShare: 0,
        expectedWithinChance: true,
        differences: [
          {
            policy: 'Cluster',
            withinChance: false,
            difference: -0.15,
            interval: { low: -0.26, high: -0.06 },
            pairs: { both: 0, onlyThis: 0, onlyOther: 9, neither: 51 },
          },
        ],
        ifNodeDies: fiveNodes(0.75, 0),
        disturbances: [compared()],
        failover: spread(0),
        failingShare: 0,
        predictedLost: 0,
        sourceAddress: 'kept',
      }),
      aRow({
        policy: 'Cluster->Local',
        lost: 8,
        interval: { low: 0.07, high: 0.24 },
        byCause: { transit: 8 },
        expectedShare: 0.2,
        expectedWithinChance: true,
        differences: [
          { policy: 'Cluster', withinChance: true },
          { policy: 'Local', withinChance: false },
        ],
        disturbances: [
          compared({
            kind: 'flip',
            failover: spread(28.7, 12.6, 44.8),
            outage: failed(46, 100, 24.1),
          }),
          compared({ requestsLost: 8 }),
        ],
        failover: spread(0),
        failingShare: 0,
        flipFailover: spread(28.7, 12.6, 44.8),
        flipFailingShare: 0.46,
        predictedLost: 8,
        sourceAddress: 'changes',
      }),
    ],
    expectations: [anExpectation()],
  });
};
