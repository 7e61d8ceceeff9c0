import { type InstrumentKind, ownInstrumentKind } from '../catalogue/instruments.ts';
import type { AnyPlan } from './schema.ts';

/** What of a plan says how late its instruments may be. */
type Timing = Pick<AnyPlan, 'load' | 'edge' | 'ingress' | 'timeScale'>;

/** An instrument of a plan, and how late it may be. Real milliseconds. */
interface Instrument {
  readonly kind: InstrumentKind;
  /** Later, what it shows may be another thing than what it would have shown. */
  readonly lateMs: number;
  /** Later, requests that were due did not meet what others met then. */
  readonly heldUpMs: number;
}

/** Any process waits for its turn a little now and then. */
const leastMs = 50;
/** A stream or a request of an engine may start late by what no clock is read from. */
const startMs = 1000;
/** A request and its answer wait for five turns of the cluster's processes: node, ingress, app, ingress, node. */
const turnsOfRequest = 5;

// A check later than half its interval is a check of another interval.
const halfInterval = (plan: Timing) => ofShortest(plan, intervals(plan), 1 / 2);

/** `rate`: that of the probe, in real seconds; of what is no probe, that of the plan's fastest. */
const lateMsOf: Record<InstrumentKind, (plan: Timing, rate: number) => number> = {
  probe: (_, rate) => probeLatenessLimit(rate),
  streams: () => startMs,
  engine: () => startMs,
  // A connection accepted an interval of the probe late meets what the next probe should have met.
  accept: (_, rate) => Math.max(leastMs, 1000 / Math.max(1, rate)),
  edge: halfInterval,
  // Later, a request, a health check or a readiness probe may run into its time limit with nothing wrong in the cluster.
  cluster: (plan) => ofShortest(plan, timeLimits(plan), 1 / turnsOfRequest),
  other: halfInterval,
};

/** The instrument of this name, as the history has it. */
export function instrumentOf(plan: Timing, name: string): Instrument {
  const load = plan.load.find((one) => one.name === name);
  const kind = load === undefined ? (ownInstrumentKind(name) ?? 'other') : kindOf(load);
  const probes = load?.kind === 'probe' ? [load] : plan.load.filter((one) => one.kind === 'probe');
  const rate = Math.max(0, ...probes.map((one) => one.rate * plan.timeScale));
  return { kind, lateMs: lateMsOf[kind](plan, rate), heldUpMs: kind === 'probe' ? heldUpLimit(rate) : 0 };
}

const kindOf = ({ kind }: Timing['load'][number]): InstrumentKind =>
  kind === 'probe' || kind === 'streams' ? kind : 'engine';

const checksOf = ({ edge }: Timing) => Object.values(edge?.checks ?? {});
const intervals = (plan: Timing) => checksOf(plan).map(({ intervalMs }) => intervalMs);
const timeLimits = (plan: Timing) => [
  ...plan.load.flatMap((one) => ('timeoutMs' in one ? [one.timeoutMs] : [])),
  ...checksOf(plan).map(({ timeoutMs }) => timeoutMs),
  ...(plan.ingress === undefined ? [] : [plan.ingress.readiness.timeoutMs]),
];

/** This part of the shortest of times of the cluster; where there is none, the least. */
const ofShortest = ({ timeScale }: Timing, times: readonly number[], part: number): number =>
  times.length === 0 ? leastMs : Math.max(leastMs, (Math.min(...times) / timeScale) * part);

/** Lateness of a probe above which an outage's edge may be on its wrong side. Real milliseconds. */
export function probeLatenessLimit(ratePerRealSecond: number): number {
  return Math.max(20, 500 / ratePerRealSecond);
}

/** Lateness of a probe above which a short outage may have come and gone between two probes. Real milliseconds. */
export function heldUpLimit(ratePerRealSecond: number): number {
  return Math.max(100, 2000 / ratePerRealSecond);
}
