import type { EventOf, HistoryEvent } from '../../src/history/schema.ts';
import { historyVersion } from '../../src/history/schema.ts';
import type { Plan } from '../../src/plan/schema.ts';
import { parseExpectation } from '../../src/scenario/expectation.ts';
import {
  clientAddress,
  edgeAddress,
  type HistoryOptions,
  type Ms,
  nodeNames,
  ns,
} from './history-options.ts';
import { basicPlan } from './plan.ts';

const ingressService = 'midflight-ingress';
const appService = 'midflight-app';

/** Ready pods by node from now on. */
export function endpointsLine(at: Ms, of: 'ingress' | 'app', nodes: readonly string[]): EventOf<'endpoints'> {
  const service = of === 'ingress' ? ingressService : appService;
  const endpoints = nodes.map((node, index) => ({
    address: `10.1.0.${index + 1}`,
    node,
    pod: `${of}-${index}`,
    ready: true,
    serving: true,
    terminating: false,
  }));
  return { type: 'endpoints', t: ns(at), service, endpoints };
}

/** The edge holds the node green. */
export function greenLine(at: Ms, node: string): EventOf<'health'> {
  return { type: 'health', t: ns(at), node, eligible: true, healthy: true, reason: '200' };
}

/** A pod that runs on stable-0 and is ready. */
export const podLine = (
  at: Ms,
  app: 'ingress' | 'app' = 'ingress',
  more: Partial<EventOf<'pod'>> = {},
): EventOf<'pod'> => ({
  type: 'pod',
  t: ns(at),
  pod: `${app}-0`,
  app,
  node: 'stable-0',
  change: 'modified',
  phase: 'Running',
  ready: true,
  terminating: false,
  restarts: 0,
  ...more,
});

/** The cluster before the first trial. */
export function clusterLines(options: HistoryOptions): HistoryEvent[] {
  const lines: HistoryEvent[] = [];
  const { ingress = ['stable-0', 'stable-1'], app = ['stable-0', 'stable-1'], topology } = options;
  const { green = topology?.nodes?.map(({ name }) => name) ?? nodeNames } = options;
  lines.push({
    type: 'topology',
    t: ns(1),
    nodes: nodeNames.map((name, index) => ({
      name,
      pool: name.slice(0, name.indexOf('-')),
      address: `10.2.0.${index + 1}`,
      preemptible: name.startsWith('preemptible'),
      labels: {},
      controlPlane: false,
    })),
    limits: [],
    ingressKind: 'model',
    clientAddresses: [clientAddress],
    edgeAddress,
    edgeKeepsClientAddress: true,
    ...topology,
  });
  for (const [service, policy] of [[ingressService, 'Cluster'] as const, [appService, null] as const]) {
    lines.push({ type: 'service', t: ns(2), service, policy, healthCheckNodePort: null });
  }
  lines.push(endpointsLine(3, 'ingress', ingress));
  lines.push(endpointsLine(3, 'app', app));
  for (const node of green) lines.push(greenLine(4, node));
  return lines;
}

export function headerLine(options: HistoryOptions, trials: Plan['trials']): EventOf<'header'> {
  const { plan, expect = [], missing = 0 } = options;
  const extra = Array.from({ length: missing }, (_, one) => ({
    index: trials.length + one,
    policy: 'Cluster' as const,
    repeat: 1 + one,
    seed: 1,
  }));
  return {
    type: 'header',
    version: historyVersion,
    midflightVersion: '0.1.0',
    runId: options.runId ?? 'test',
    t: ns(0),
    wallTime: '2026-01-01T00:00:00.000Z',
    provider: plan?.provider ?? 'embedded',
    plan: {
      ...basicPlan,
      trials: [...trials, ...extra],
      expectations: expect.map(([metric, written, policy], index) => {
        const parsed = parseExpectation(metric, written);
        if (!parsed.ok) throw new Error(`${metric}: ${parsed.what}`);
        return { ...parsed.expectation, policy: policy ?? null, line: index + 1 };
      }),
      ...plan,
    },
    versions: {},
    machine: { platform: 'linux', cpus: 2, memoryBytes: 1, node: 'v20' },
  };
}
