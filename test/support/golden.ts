import {
  acceptedLate,
  lateWithin,
  neverRecovered,
  noTarget,
  noticeAndCut,
  twoOutages,
  wellByChance,
} from './golden-outages.ts';
import { edgeAddress, type HistoryBuilder, history } from './history.ts';
import { basicPlan } from './plan.ts';

/*
 * The histories of test/histories. scripts/golden.ts writes them; what is to be found in them stands, reckoned by hand, in
 * the README beside them.
 */

const nodeAddress = '10.2.0.3';

/** The basic plan's load with another rate of probes, per second of cluster time. */
const probing = (rate: number) =>
  basicPlan.load.map((load) => (load.kind === 'probe' ? { ...load, rate, lanes: ['new' as const] } : load));

/** Time is compressed ten times. A preemptible node without pods of ours dies under Cluster. */
function clusterLosesCarrier(): HistoryBuilder {
  const dead = 'preemptible-0';
  const stream = { from: 500, to: 9000, silence: 110, source: nodeAddress };
  const unanswered = {
    outcome: 'slow-connect',
    connect: 'abandoned',
    connectMs: 500,
    transit: dead,
  } as const;
  return history({
    plan: { experiment: 'cluster-loses-carrier', timeScale: 10, stabilityMs: 8000, load: probing(0.5) },
    expect: [
      ['lost.transit', '> 0'],
      ['predictedMatches', true],
      ['failover', '<= 15s'],
    ],
  })
    .trial(100, { policy: 'Cluster', fault: { kind: 'power-off', node: dead } })
    .phase(110, 'ramp')
    .streams(4, { ...stream, transit: 'stable-0' })
    .streams(3, { ...stream, transit: 'preemptible-1' })
    .streams(2, { ...stream, to: 4950, lastByte: 2950, transit: dead, outcome: 'hung' })
    .stream({ ...stream, to: 1500, outcome: 'reset-mid-body' })
    .probes({
      from: 1000,
      to: 9000,
      every: 200,
      fails: (due) => [3200, 3800, 4400].includes(due) && unanswered,
    })
    .phase(2990, 'fault')
    .fault(3000)
    .ejected(5500, dead)
    .ready(7500, dead, 'Unknown')
    .phase(9190, 'recover')
    .recover(9200)
    .ready(9600, dead, 'True')
    .green(10_000, dead)
    .endTrial(10_200)
    .finish(10_300);
}

/** A live flip to Local, and then a node without pods dies with streams from before the flip on it. */
function flipThenLoss(): HistoryBuilder {
  const dead = 'preemptible-1';
  const silent = { outcome: 'hung', firstByte: null, connect: 'abandoned' } as const;
  return history({
    plan: { experiment: 'flip-then-loss', stabilityMs: 4000, load: probing(1) },
    expect: [
      ['lost.switchover', '<= 1'],
      ['lostAtFault', 2],
      ['flip.failover', '<= 10s'],
      ['predictedMatches', true],
    ],
  })
    .trial(1000, { policy: 'Cluster->Local', fault: { kind: 'power-off', node: dead } })
    .phase(1010, 'ramp')
    .streams(5, { from: 2000, to: 40_000, silence: 1200, source: nodeAddress })
    .streams(2, { from: 2000, to: 29_900, lastByte: 24_900, silence: 1100, transit: dead, outcome: 'hung' })
    .phase(9990, 'flip')
    .flip(10_000)
    .phase(10_010, 'settle')
    .stream({ ...silent, from: 12_000, to: 31_050, transit: 'preemptible-0', connectMs: 19_000 })
    .reconciled(15_000, 'Local')
    .ejected(18_000, 'preemptible-0', '503')
    .ejected(18_200, 'preemptible-1', '503')
    .ejected(18_400, 'preemptible-2', '503')
    .stream({ from: 20_000, to: 40_000, silence: 1150, source: '10.0.0.1' })
    .probes({
      from: 2000,
      to: 60_000,
      every: 1000,
      fails: (due) =>
        [11_000, 13_000, 16_000].includes(due) && { ...silent, connectMs: 490, transit: 'preemptible-2' },
    })
    .phase(24_990, 'fault')
    .fault(25_000)
    .ready(68_000, dead, 'Unknown')
    .endTrial(75_000)
    .finish(76_000);
}

/** Behind a balancer that proxies, a node with pods of ingress and app dies: under Cluster, and then under Local. */
function ingressNodeDies(): HistoryBuilder {
  const dead = 'stable-1';
  const fault = { kind: 'power-off', node: dead };
  const lost = { outcome: 'hung', from: 2000, to: 10_000, lastByte: 4900 } as const;
  const unanswered = { outcome: 'hung', from: 6000, to: 11_000, firstByte: null } as const;
  const builder = history({
    plan: {
      experiment: 'ingress-node-dies',
      provider: 'kind',
      stabilityMs: 3000,
      load: probing(1),
      edge: { ...basicPlan.edge, mode: 'proxy' },
    },
    topology: { ingressKind: 'traefik', edgeKeepsClientAddress: false },
    expect: [
      ['predictedMatches', true],
      ['failover', '<= 3s'],
      ['lost.transit', 2, 'Cluster'],
      ['lost.transit', 0, 'Local'],
      ['sourceAddress', 'lost', 'Cluster'],
      ['sourceAddress', 'kept', 'Local'],
    ],
  })
    .trial(1000, { policy: 'Cluster', fault })
    .stream({ ...lost, id: 'A', transit: dead })
    .stream({ ...lost, id: 'B', transit: 'preemptible-0', ingress: dead })
    .stream({ ...lost, id: 'C', transit: 'stable-0', ingress: dead, endpoint: dead })
    .stream({ id: 'D', from: 2000, to: 12_000, source: nodeAddress })
    .logged(12_001, 'D', 'stable-0')
    .stream({ ...unanswered, id: 'E', transit: 'preemptible-0' })
    .stream({ ...unanswered, id: 'F', transit: 'stable-0' })
    .logged(11_002, 'F', 'stable-0', { status: 499 })
    .stream({ ...unanswered, id: 'G', transit: dead, outcome: 'closed-before-response', connect: 'timeout' })
    .stream({ id: 'H', from: 2000, to: 14_000, outcome: 'cancelled' })
    .stream({ id: 'I', from: 2000, to: 13_000, silence: 1900, source: nodeAddress })
    .probes({
      from: 2000,
      to: 14_000,
      every: 1000,
      fails: (due) => due >= 5000 && due <= 7000 && { transit: dead },
    })
    .fault(5000)
    .ejected(8200, dead)
    .ready(9000, dead, 'Unknown')
    .endpoints(9000, 'ingress', ['stable-0'])
    .endpoints(9500, 'app', ['stable-0'])
    .endTrial(15_000);
  return builder
    .endpoints(16_000, 'ingress', ['stable-0', 'stable-1'])
    .endpoints(16_000, 'app', ['stable-0', 'stable-1'])
    .ready(16_500, dead, 'True')
    .green(17_000, dead)
    .trial(20_000, { policy: 'Local', fault })
    .stream({ ...lost, id: 'J', from: 22_000, lastByte: 24_800, to: 30_000, transit: dead, ingress: dead })
    .stream({ ...lost, id: 'K', from: 22_000, lastByte: 24_900, to: 30_000, endpoint: dead })
    .stream({ id: 'L', from: 22_000, to: 33_000, source: edgeAddress })
    .stream({ id: 'M', from: 22_000, to: 33_000, source: edgeAddress })
    .stream({ ...unanswered, id: 'N', from: 26_000, to: 31_000, transit: dead })
    .probes({ from: 22_000, to: 34_000, every: 1000 })
    .fault(25_000)
    .ejected(28_000, dead)
    .endTrial(35_000)
    .finish(36_000);
}

/** A probe was late while a flip failed connections; in the next trial the whole run was killed. */
function breaksOff(): HistoryBuilder {
  return history({
    plan: { experiment: 'breaks-off', load: probing(1) },
    expect: [
      ['lost', 0],
      ['flip.failover', '<= 10s'],
    ],
    missing: 1,
  })
    .trial(1000, { policy: 'Cluster->Local' })
    .stream({ from: 2000, to: 14_000 })
    .probes({ from: 2000, to: 15_000, every: 1000, fails: (due) => (due === 6000 || due === 7000) && {} })
    .phase(4990, 'flip')
    .flip(5000)
    .late(7500, 'probe', { maxMs: 620 })
    .endTrial(16_000)
    .trial(20_000, { policy: 'Local->Cluster' })
    .stream({ from: 21_000, to: 24_000 })
    .stream({ from: 21_000, to: 24_000, outcome: 'truncated' })
    .stream({ from: 21_000, to: 40_000, unfinished: true });
}

/** By file name, without `.ndjson`. */
export const goldenHistories: ReadonlyMap<string, () => HistoryBuilder> = new Map([
  ['cluster-loses-carrier', clusterLosesCarrier],
  ['flip-then-loss', flipThenLoss],
  ['ingress-node-dies', ingressNodeDies],
  ['breaks-off', breaksOff],
  ['well-by-chance', wellByChance],
  ['never-recovered', neverRecovered],
  ['notice-and-cut', noticeAndCut],
  ['late-within', lateWithin],
  ['accepted-late', acceptedLate],
  ['no-target', noTarget],
  ['two-outages', twoOutages],
]);
