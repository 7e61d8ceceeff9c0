import { stringify } from 'yaml';
import type { PolicyName } from '../catalogue/policies.ts';
import { counted } from '../reports/figures.ts';
import { nameLike } from './names.ts';
import { type IngressShape, type PoolShape, type Shape, transitOf } from './shape.ts';

/** The first words of a file that may be written over. */
export const headLine = '# Written by midflight rehearse';

interface Written {
  readonly policies: readonly PolicyName[];
  readonly timeScale: number;
}

/** A label of a scenario's own: which nodes run the ingress was seen, whatever placed it there. */
const runs = { runs: 'ingress' };

/** The scenario as a file for people: sections with comments that explain them. */
export function scenarioText(shape: Shape, { policies, timeScale }: Written): string {
  const { ingress, pools } = shape;
  const tolerations = tolerationsOf(pools);
  const placed = { nodeSelector: runs, ...(tolerations.length === 0 ? {} : { tolerations }) };
  const perNode = { kind: ingress.kind, ...(ingress.kind === 'DaemonSet' ? {} : { replicas: ingress.pods }) };
  const sections: readonly (readonly [comment: readonly string[], value: object])[] = [
    [
      [],
      {
        name: nameLike(`rehearse-${shape.service.split('/')[1]}`, 'rehearse'),
        description: `What node deaths and a change of policy cost the clients of ${shape.service}`,
        cloud: shape.cloud,
        seed: 1,
      },
    ],
    [['Nodes that are alike, put together.'], { nodes: pools.map(poolValue) }],
    [[ingressWords(shape)], { ingress: { ...perNode, ...placed, ...timingValue(ingress) } }],
    [
      [
        'The slow app represents whatever the ingress calls: beside it, so that only the path in front is measured.',
      ],
      { app: { kind: 'DaemonSet', ...placed } },
    ],
    ...(shape.affinitySeconds === null && shape.trafficDistribution === null
      ? []
      : ([[[], { service: serviceValue(shape) }]] as const)),
    [[`${shape.balancer.name} (${shape.balancer.evidence})`], { edge: edgeValue(shape) }],
    [
      ['Your own rates and durations here make the figures yours.'],
      {
        load: [
          { kind: 'streams', concurrency: 40, duration: '30s', ramp: '5s', renew: true },
          { kind: 'probe', rate: 4 },
        ],
      },
    ],
    [
      [
        `The Service has ${shape.policy} now. Both policies without a change, then each way to the other one.`,
      ],
      { policies: [...policies] },
    ],
    [[faultWords(shape)], { fault: faultValue(shape) }],
    [[], { observe: 'short', timeScale, ...timersValue(ingress) }],
    ...(transitOf(shape).length === 0
      ? []
      : ([
          [
            ['A node without an ingress pod carries nothing under Local.'],
            { expect: { Local: { lost: 0 } } },
          ],
        ] as const)),
  ];
  const body = sections.map(([comment, value]) =>
    [...comment.flatMap(wrapped), stringify(value, { lineWidth: 0 })].join('\n'),
  );
  return `${[headLine, ...headOf(shape)].join('\n')}\n\n${body.join('\n')}`;
}

const headOf = (shape: Shape): string[] => [
  `# The shape of Service ${shape.service}, read from its cluster; names of pools are the cluster's.`,
  ...shape.notes.flatMap(wrapped),
];

/** Comment lines of at most 118 characters. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.replaceAll(/\s+/g, ' ').split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 116) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function poolValue({ name, count, preemptible, zone, taints, runsIngress, excluded }: PoolShape) {
  const labels = {
    ...(runsIngress ? runs : {}),
    ...(excluded ? { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' } : {}),
  };
  return {
    name,
    count,
    ...(preemptible ? { preemptible } : {}),
    ...(zone === null ? {} : { zone }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(taints.length === 0 ? {} : { taints: [...taints] }),
  };
}

/** Taints of the nodes that run the ingress: it is there, so it tolerates them. */
function tolerationsOf(pools: readonly PoolShape[]) {
  const taints = pools.filter(({ runsIngress }) => runsIngress).flatMap((pool) => pool.taints);
  const distinct = new Map(taints.map(({ key, effect }) => [`${key} ${effect}`, { key, effect }]));
  return [...distinct.values()].map(({ key, effect }) => ({ key, operator: 'Exists', effect }));
}

const seconds = (value: number) => `${value}s`;

/** Contains only what was read; the scenario's defaults are Kubernetes' and Traefik's. */
function timingValue(pods: IngressShape) {
  const { graceSeconds, preStopSeconds, traefikGraceSeconds, traefikAcceptSeconds, readiness } = pods;
  const traefik = {
    ...(traefikGraceSeconds === null ? {} : { graceTimeOut: seconds(traefikGraceSeconds) }),
    ...(traefikAcceptSeconds === null ? {} : { requestAcceptGraceTimeout: seconds(traefikAcceptSeconds) }),
  };
  return {
    ...(graceSeconds === null ? {} : { terminationGracePeriod: seconds(graceSeconds) }),
    ...(preStopSeconds === null || preStopSeconds === 0 ? {} : { preStop: seconds(preStopSeconds) }),
    ...(readiness === null ? {} : { readiness: readinessValue(readiness) }),
    ...(Object.keys(traefik).length === 0 ? {} : { traefik }),
  };
}

function readinessValue(readiness: NonNullable<IngressShape['readiness']>) {
  const { initialDelay, period, timeout, failureThreshold, successThreshold } = readiness;
  return {
    ...(initialDelay === null || initialDelay === 0 ? {} : { initialDelay: seconds(initialDelay) }),
    ...(period === null ? {} : { period: seconds(period) }),
    ...(timeout === null ? {} : { timeout: seconds(timeout) }),
    ...(failureThreshold === null ? {} : { failureThreshold }),
    ...(successThreshold === null ? {} : { successThreshold }),
  };
}

function serviceValue({ affinitySeconds, trafficDistribution }: Shape) {
  return {
    ...(affinitySeconds === null
      ? {}
      : { sessionAffinity: 'ClientIP', sessionAffinityTimeout: seconds(affinitySeconds) }),
    ...(trafficDistribution === null ? {} : { trafficDistribution }),
  };
}

function edgeValue({ balancer: { preset }, checks }: Shape) {
  if (checks === null) return { preset };
  const of = ({ intervalSeconds, unhealthy, healthy }: NonNullable<Shape['checks']>['Cluster']) => ({
    interval: seconds(intervalSeconds),
    unhealthyThreshold: unhealthy,
    healthyThreshold: healthy,
  });
  return { preset, overrides: { checks: { Cluster: of(checks.Cluster), Local: of(checks.Local) } } };
}

const timersValue = ({ evictionSeconds }: IngressShape) =>
  evictionSeconds === null ? {} : { timers: { podEvictionTimeout: seconds(evictionSeconds) } };

/** The node whose death shows most: one that only passes connections on, a preemptible one if there is any. */
function targetPool({ pools }: Shape): PoolShape | undefined {
  const transit = transitOf({ pools });
  const preemptible = (of: readonly PoolShape[]) => of.find((pool) => pool.preemptible);
  const ingress = pools.filter(({ runsIngress, excluded }) => runsIngress && !excluded);
  return preemptible(transit) ?? transit[0] ?? preemptible(ingress) ?? ingress[0] ?? pools[0];
}

function faultValue(shape: Shape) {
  const pool = targetPool(shape);
  const notice = shape.knowsNotice ? {} : { notice: 'none' };
  const kind = pool?.preemptible === true ? { kind: 'preempt', ...notice } : { kind: 'power-off' };
  return { ...kind, target: { pool: pool?.name } };
}

function faultWords(shape: Shape): string {
  const pool = targetPool(shape);
  const role = pool?.runsIngress === true ? 'runs an ingress pod' : 'only passes connections on';
  return `A node that ${role} ${pool?.preemptible === true ? 'is preempted' : 'loses its power'}.`;
}

function ingressWords({ ingress, pools }: Shape): string {
  const nodes = pools.filter(({ runsIngress }) => runsIngress).reduce((sum, { count }) => sum + count, 0);
  return `${counted(ingress.pods, 'pod')} on ${counted(nodes, 'node')}; the label represents whatever places them there.`;
}
