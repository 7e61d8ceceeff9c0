import { trafficPolicies } from '../../catalogue/policies.ts';
import type { Problem } from '../../scenario/error.ts';
import { mostChunksPerSecond, mostRequestsPerSecond, shortestReal } from '../limits.ts';
import type { Plan } from '../schema.ts';
import type { PathTo } from './path.ts';

/** What a time scale makes of durations and rates: too short to be measured, or too much to be sent. */
export function speedProblems(plan: Plan, pathTo: PathTo): Problem[] {
  return [...tooShort(plan, pathTo), ...tooMany(plan, pathTo)];
}

interface Timed {
  readonly path: readonly PropertyKey[];
  readonly name: keyof typeof shortestReal;
  /** Cluster time. */
  readonly ms: number;
}

function tooShort(plan: Plan, pathTo: PathTo): Problem[] {
  return timed(plan, pathTo).flatMap(({ path, name, ms }) => {
    const [real, least] = [ms / plan.timeScale, shortestReal[name]];
    if (real >= least) return [];
    const key = String(path.at(-1));
    const atLeast = `set ${key} to at least ${Math.ceil(least * plan.timeScale)}ms`;
    return [
      {
        path,
        what: `${key} is ${Number(real.toPrecision(3))} ms of real time: too short to be measured`,
        hint: plan.timeScale > 1 ? `${atLeast}, or lower timeScale (${plan.timeScale})` : atLeast,
      },
    ];
  });
}

function timed({ load, edge, stabilityMs }: Plan, pathTo: PathTo): Timed[] {
  const checks = trafficPolicies.flatMap((policy): Timed[] => {
    const { intervalMs, timeoutMs } = edge.checks[policy];
    const path = (key: string) => pathTo('edge', 'overrides', 'checks', policy, key);
    return [
      { path: path('interval'), name: 'checkInterval', ms: intervalMs },
      { path: path('timeout'), name: 'checkTimeout', ms: timeoutMs },
    ];
  });
  const proxy: Timed[] =
    edge.mode === 'proxy' && edge.upstreamConnectTimeoutMs > 0
      ? [
          {
            path: pathTo('edge', 'overrides', 'upstreamConnectTimeout'),
            name: 'upstreamConnectTimeout',
            ms: edge.upstreamConnectTimeoutMs,
          },
        ]
      : [];
  return [
    { path: pathTo('stability'), name: 'stability', ms: stabilityMs },
    ...checks,
    ...proxy,
    ...load.flatMap((item, index) => timedLoad(item, (key) => pathTo('load', index, key))),
  ];
}

function timedLoad(item: Plan['load'][number], path: (key: string) => readonly PropertyKey[]): Timed[] {
  switch (item.kind) {
    case 'streams':
      return [
        { path: path('chunkInterval'), name: 'chunkInterval', ms: item.chunkIntervalMs },
        { path: path('stall'), name: 'stall', ms: item.stallMs },
        { path: path('connectTimeout'), name: 'connectTimeout', ms: item.connectTimeoutMs },
      ];
    case 'probe':
    case 'autocannon':
      return [{ path: path('timeout'), name: 'timeout', ms: item.timeoutMs }];
    case 'k6':
      return [];
  }
}

function tooMany({ load, timeScale }: Plan, pathTo: PathTo): Problem[] {
  const problems: Problem[] = [];
  const requests = timeScale * load.reduce((sum, item) => sum + requestsPerSecond(item), 0);
  const chunks = timeScale * load.reduce((sum, item) => sum + chunksPerSecond(item), 0);
  const scaled = timeScale > 1 ? `, or lower timeScale (${timeScale})` : '';
  if (requests > mostRequestsPerSecond) {
    problems.push({
      path: pathTo('load'),
      what: `the short requests add up to ${Math.round(requests)} a second of real time`,
      hint: `at most ${mostRequestsPerSecond} can be sent: lower the rates${scaled}`,
    });
  }
  if (chunks > mostChunksPerSecond) {
    problems.push({
      path: pathTo('load'),
      what: `the streams add up to ${Math.round(chunks)} chunks a second of real time`,
      hint: `at most ${mostChunksPerSecond} can be recorded: use fewer streams or a longer chunkInterval${scaled}`,
    });
  }
  return problems;
}

function requestsPerSecond(item: Plan['load'][number]): number {
  if (item.kind === 'streams') return 0;
  return item.kind === 'probe' ? item.rate * item.lanes.length : (item.rate ?? 0);
}

const chunksPerSecond = (item: Plan['load'][number]): number =>
  item.kind === 'streams' ? (item.concurrency * 1000) / item.chunkIntervalMs : 0;
