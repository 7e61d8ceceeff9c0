import { type HistoryBuilder, type HistoryOptions, history } from './history.ts';
import { basicPlan } from './plan.ts';

/*
 * Golden histories about when an outage was over, and whether that is known. One probe a second in real time, unless
 * said; stability 4 s.
 */

const hung = { outcome: 'hung', firstByte: null, connect: 'abandoned', connectMs: 490 } as const;

/** The basic plan's load, with another rate of probes and streams of another length. */
const load = (rate: number, streamMs = 20_000) =>
  basicPlan.load.map((item) =>
    item.kind === 'probe'
      ? { ...item, rate, lanes: ['new' as const] }
      : item.kind === 'streams'
        ? { ...item, durationMs: streamMs }
        : item,
  );

const begin = (experiment: string, expect: HistoryOptions['expect'], plan: HistoryOptions['plan'] = {}) =>
  history({ plan: { experiment, stabilityMs: 4000, load: load(1), ...plan }, expect: expect ?? [] });

/** One node of five dies; between its victims new connections are well for longer than the stability, by chance. */
export function wellByChance(): HistoryBuilder {
  const dead = 'preemptible-0';
  return begin('well-by-chance', [['failover', '<= 12s']])
    .trial(1000, { policy: 'Cluster', fault: { kind: 'power-off', node: dead } })
    .stream({ from: 2000, to: 24_900, lastByte: 9900, transit: dead, outcome: 'hung' })
    .fault(10_000)
    .probes({
      from: 2000,
      to: 60_000,
      every: 1000,
      fails: (due) => [12_000, 13_000, 19_000, 22_000].includes(due) && { ...hung, transit: dead },
    })
    .ejected(26_000, dead)
    .endTrial(61_000)
    .finish(62_000);
}

/** After a flip the edge never follows: two of three new connections fail to the end, and the very last one is good. */
export function neverRecovered(): HistoryBuilder {
  return begin('never-recovered', [
    ['flip.failover', '<= 20s'],
    ['failover', '<= 1m'],
    ['lost', 0],
  ])
    .trial(1000, { policy: 'Cluster->Local' })
    .stream({ from: 2000, to: 22_000 })
    .flip(10_000)
    .probes({
      from: 2000,
      to: 40_000,
      every: 1000,
      fails: (due) => due > 10_000 && due % 3000 !== 0 && { ...hung, transit: 'preemptible-1' },
    })
    .endTrial(41_000)
    .finish(42_000);
}

/** A node with an ingress pod is preempted: its pods end during the notice, 30 s later its power is cut. */
export function noticeAndCut(): HistoryBuilder {
  const node = 'stable-1';
  const long = { from: 2000, to: 62_000 };
  return begin(
    'notice-and-cut',
    [
      ['failover', '<= 10s'],
      ['lostAtFault', 1],
      ['predictedMatches', true],
    ],
    { load: load(1, 60_000) },
  )
    .trial(1000, { policy: 'Cluster', fault: { kind: 'preempt', node } })
    .stream({ ...long, id: 'through-ingress', to: 20_000, ingress: node, outcome: 'reset-mid-body' })
    .stream({ ...long, id: 'through-node', to: 44_900, lastByte: 39_900, transit: node, outcome: 'hung' })
    .streams(2, long)
    .notice(10_000)
    .fault(40_000)
    .probes({
      from: 2000,
      to: 80_000,
      every: 1000,
      fails: (due) => {
        if (due === 12_000) return hung;
        return [42_000, 44_000, 46_000, 48_000].includes(due) && { ...hung, transit: node };
      },
    })
    .ejected(49_500, node)
    .endTrial(81_000)
    .finish(82_000);
}

/** The probe was stopped for 3 s while new connections failed; when it went on, all was well. */
export function lateWithin(): HistoryBuilder {
  const dead = 'preemptible-0';
  return begin('late-within', [
    ['failover', '<= 10s'],
    ['failover', '<= 2s'],
    ['lost', 1],
  ])
    .trial(1000, { policy: 'Cluster', fault: { kind: 'power-off', node: dead } })
    .stream({ from: 2000, to: 14_900, lastByte: 9900, transit: dead, outcome: 'hung' })
    .fault(10_000)
    .probes({
      from: 2000,
      to: 40_000,
      every: 1000,
      fails: (due) => (due === 11_000 || due === 12_000) && { ...hung, transit: dead },
    })
    .late(15_600, 'probe', { maxMs: 3000, windowMs: 3000 })
    .ejected(13_000, dead)
    .endTrial(41_000)
    .finish(42_000);
}

/** Nothing is broken, but the edge is slow to accept: three requests time out before it takes them. */
export function acceptedLate(): HistoryBuilder {
  return begin('accepted-late', [['probes.new.failed', 0]])
    .trial(1000, { policy: 'Cluster->Local' })
    .flip(10_000)
    .probes({
      from: 2000,
      to: 40_000,
      every: 1000,
      fails: (due) =>
        due >= 20_000 && due <= 22_000 && { ...hung, transit: 'stable-0', acceptedAt: due + 3500 },
    })
    .endTrial(41_000)
    .finish(42_000);
}

/** The only healthy node is taken out: the balancer has none left, and drops. */
export function noTarget(): HistoryBuilder {
  return begin('no-target', [['lost.no-target', 2]], {
    edge: { ...basicPlan.edge, noTarget: 'drop', allUnhealthy: 'none' },
  })
    .trial(1000, { policy: 'Local', fault: { kind: 'power-off', node: 'stable-0' } })
    .stream({ from: 2000, to: 14_900, lastByte: 9900, outcome: 'hung' })
    .fault(10_000)
    .ejected(12_000, 'stable-0')
    .stream({ ...hung, from: 13_000, to: 32_000, toNobody: true, connect: 'none', connectMs: 19_000 })
    .stream({ ...hung, from: 14_000, to: 20_000, toNobody: true, connect: 'none', connectMs: 5999 })
    .probes({
      from: 2000,
      to: 60_000,
      every: 1000,
      fails: (due) =>
        (due >= 11_000 && due < 12_000 && { ...hung, transit: 'stable-0' }) ||
        (due >= 12_000 &&
          due < 30_000 && { ...hung, toNobody: true, connect: 'none' as const, connectMs: 499 }),
    })
    .endTrial(61_000)
    .finish(62_000);
}

/** Three probes a second, whose due times are no whole nanoseconds: two total outages of one disturbance. */
export function twoOutages(): HistoryBuilder {
  const within = (due: number, from: number, to: number) => due > from - 1 && due < to - 1;
  return begin('two-outages', [['failover', '<= 16s']], { load: load(3) })
    .trial(1000, { policy: 'Cluster->Local' })
    .flip(10_000)
    .probes({
      from: 2000,
      to: 60_000,
      every: 1000 / 3,
      fails: (due) =>
        (within(due, 11_000, 14_000) || within(due, 24_000, 25_000)) && { ...hung, transit: 'preemptible-2' },
    })
    .endTrial(61_000)
    .finish(62_000);
}
