import type { Lane } from '../base/connections.ts';
import type { AnyPlan, PlannedExpectation, PlannedLoad } from './schema.ts';

/** What `midflight watch` is asked to measure; milliseconds of real time. */
export interface WatchPlanOptions {
  readonly name: string;
  readonly description: string;
  readonly streams: number;
  readonly rate: number;
  readonly lanes: readonly Lane[];
  readonly durationMs: number;
  readonly stallMs: number;
  readonly connectTimeoutMs: number;
  readonly probeTimeoutMs: number;
  readonly stabilityMs: number;
  readonly expectStatus: number;
  /** Most requests of each probe lane that may fail; null: no limit. */
  readonly maxFailed: number | null;
  /** Most streams that may be lost; null: no limit. */
  readonly maxLost: number | null;
  readonly maxFailoverMs: number | null;
}

/** The plan of a watch: one trial without a cluster, a policy or a fault. */
export function watchPlan(options: WatchPlanOptions): AnyPlan {
  const { durationMs, stallMs } = options;
  const { stabilityMs, notices } = widened(options);
  return {
    experiment: options.name,
    description: options.description,
    file: null,
    provider: 'watch',
    seed: 0,
    repeats: 1,
    timeScale: 1,
    load: loadsOf(options),
    fault: null,
    trials: [{ index: 0, policy: null, repeat: 0, seed: 0 }],
    stabilityMs,
    expectations: expectationsOf(options),
    notices,
    expectedWallSeconds: Math.round((stabilityMs + durationMs + stallMs / 2) / 1000),
  };
}

function loadsOf(options: WatchPlanOptions): PlannedLoad[] {
  const { streams, rate, expectStatus } = options;
  const loads: PlannedLoad[] = [];
  if (streams > 0) {
    loads.push({
      kind: 'streams',
      name: 'streams',
      concurrency: streams,
      durationMs: options.durationMs,
      chunkIntervalMs: 1000,
      bodySize: 0,
      chunkSize: 0,
      rampMs: Math.min(2000, streams * 50),
      stallMs: options.stallMs,
      connectTimeoutMs: options.connectTimeoutMs,
      renew: true,
      expectStatus,
    });
  }
  if (rate > 0) {
    const timeoutMs = options.probeTimeoutMs;
    loads.push({ kind: 'probe', name: 'probe', rate, lanes: [...options.lanes], timeoutMs, expectStatus });
  }
  return loads;
}

function expectationsOf({
  lanes,
  maxLost,
  maxFailed,
  maxFailoverMs,
}: WatchPlanOptions): PlannedExpectation[] {
  const atMost = (metric: string, value: number, unit: 'count' | 'seconds'): PlannedExpectation => ({
    text: `${metric} <= ${value}${unit === 'seconds' ? 's' : ''}`,
    policy: null,
    metric,
    op: '<=',
    value,
    unit,
    line: null,
  });
  return [
    ...(maxLost === null ? [] : [atMost('lost', maxLost, 'count')]),
    ...(maxFailed === null ? [] : lanes.map((lane) => atMost(`probes.${lane}.failed`, maxFailed, 'count'))),
    ...(maxFailoverMs === null ? [] : [atMost('failover', maxFailoverMs / 1000, 'seconds')]),
  ];
}

/** A window of fewer probes than this is well by chance. */
const leastProbes = 5;

/** The stability window, long enough to hold that many probes of a lane; one that is wider than was asked for is reported. */
function widened({ stabilityMs, rate }: WatchPlanOptions): { stabilityMs: number; notices: string[] } {
  const least = rate === 0 ? 0 : Math.ceil((leastProbes * 1000) / rate);
  if (stabilityMs >= least) return { stabilityMs, notices: [] };
  const notice = `--stability ${stabilityMs / 1000}s holds fewer than ${leastProbes} probes at ${rate} a second: widened to ${least / 1000}s`;
  return { stabilityMs: least, notices: [notice] };
}
