import { formatDuration, type NodeName } from '../base/units.ts';
import { visibleLine } from '../base/visible.ts';
import { clusters } from '../catalogue/clusters.ts';
import { type FaultTraits, faultTraits, takesPod } from '../catalogue/faults.ts';
import { noticeOf } from '../plan/notice.ts';
import { placementOf } from '../plan/placement.ts';
import type { Plan, PlannedCheck, PlannedFault, PlannedHttp, PlannedPlacement } from '../plan/schema.ts';
import { settingsOf } from '../plan/settings.ts';
import { plannedTargets } from '../plan/target.ts';
import { expectedWallSeconds } from '../plan/wall.ts';
import { wrap } from '../reports/table.ts';

/** The resolved plan in words, as `--dry-run` shows it; lines longer than `columns` go on below themselves. */
export function describePlan(plan: Plan, columns = Number.POSITIVE_INFINITY): string {
  const targets = plannedTargets(plan);
  const lines: [string, string[]][] = [
    ['experiment', [`${plan.experiment}${plan.description === '' ? '' : `: ${plan.description}`}`]],
    ['cluster', [clusterWords(plan)]],
    ['nodes', poolWords(plan)],
    ...workloadWords(plan),
    ['edge', edgeWords(plan)],
    ['load', plan.load.map(loadWords)],
    ['policies', [`${policiesOf(plan).join(', ')}; ${times(plan.repeats)} each, seed ${plan.seed}`]],
    ['fault', faultWords(plan, targets)],
    ...(plan.ownCluster === undefined ? [['timers', [timerWords(plan)]] as [string, string[]]] : []),
    ['settings', Object.entries(settingsOf(plan)).map(([name, value]) => `${name}: ${value}`)],
    ['expects', plan.expectations.map(({ policy, text }) => `${policy ?? 'all'}: ${text}`)],
    ['notice', plan.notices],
    ['takes', [takesWords(plan)]],
  ];
  return lines
    .flatMap(([name, texts]) => texts.map((text, index) => entry(index === 0 ? name : '', text, columns)))
    .join('');
}

const nameWidth = 12;
/** The shipped experiments' values: ten times as fast, and within what two cores bear. */
const suggestedScale = 10;

function entry(name: string, text: string, columns: number): string {
  const [first = '', ...rest] = wrap(visibleLine(text), columns - nameWidth, '  ');
  return [name.padEnd(nameWidth) + first, ...rest.map((line) => ' '.repeat(nameWidth) + line)]
    .map((line) => `${line}\n`)
    .join('');
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
const policiesOf = ({ trials }: Plan) => [...new Set(trials.map(({ policy }) => policy ?? 'none'))];
const clusterWords = ({ provider, timeScale, kubeProxyMode, ownCluster }: Plan) =>
  [
    ownCluster === undefined ? provider : `${provider} ${ownCluster.context}, which is there already`,
    ...(clusters[provider].compressesTime
      ? [timeScale === 1 ? 'in real time' : `${timeScale} times faster than real time`]
      : []),
    ...(clusters[provider].keys.includes('kubeProxyMode') ? [`kube-proxy in ${kubeProxyMode} mode`] : []),
  ].join(', ');

function poolWords({ nodes, cloud, ownCluster }: Plan): string[] {
  return [...new Set(nodes.map(({ pool }) => pool))].map((pool) => {
    const members = nodes.filter((node) => node.pool === pool);
    const labelled = ownCluster === undefined ? ` (labels of ${cloud})` : '';
    const preemptible = members[0]?.preemptible ? `, preemptible${labelled}` : '';
    const taints = members[0]?.taints.map(({ key, effect }) => `${key}:${effect}`) ?? [];
    return `${pool === '' ? 'of no pool' : pool}: ${members.length}${preemptible}${taints.length > 0 ? `, tainted ${taints.join(', ')}` : ''}`;
  });
}

/** The workload: midflight's own ingress and app, or what a cluster of the user's has. */
function workloadWords(plan: Plan): [string, string[]][] {
  const { ownCluster, ingress, app } = plan;
  if (ownCluster === undefined)
    return [
      ['ingress', [placementWords(plan, ingress), ...allowWords(plan)]],
      ['app', [placementWords(plan, app)]],
    ];
  const { service, url, address, probePath, optIn, maxNodes, maxLost, maxFailed } = ownCluster;
  return [
    ['service', [`${service.namespace}/${service.name}: ${placementWords(plan, ingress)}`]],
    [
      'url',
      [
        address === null ? url : `${url} at ${address}`,
        ...(probePath === null ? [] : [`probes ask for ${probePath}`]),
      ],
    ],
    [
      'allows',
      [
        `faults on nodes with the label ${optIn.key}=${optIn.value}, at most ${maxNodes} out at once`,
        ...(maxLost === null ? [] : [`${maxLost} lost streams in all, then the run ends`]),
        ...(maxFailed === null ? [] : [`${maxFailed} failed probes of a lane in all, then the run ends`]),
      ],
    ],
  ];
}

function placementWords({ nodes }: Plan, placement: PlannedPlacement): string {
  const where = [...placementOf(nodes, placement)].map(([name, count]) =>
    count === 1 ? name : `${name} (${count})`,
  );
  return `${placement.kind} on ${where.join(', ') || 'no node'}`;
}

const allowWords = ({ ingress: { allowList } }: Plan) =>
  allowList.length === 0 ? [] : [`lets in ${allowList.join(', ')} alone`];

function edgeWords({ edge }: Plan): string[] {
  const check = (policy: 'Cluster' | 'Local') => `${policy}: ${checkWords(edge.checks[policy])}`;
  return [
    `${edge.preset}, ${edge.mode}; follows the Service after ${formatDuration(edge.reconcileDelayMs)}`,
    ...(edge.http === undefined ? [] : [httpWords(edge.http)]),
    check('Cluster'),
    check('Local'),
  ];
}

const httpWords = ({ idleTimeoutMs, poolIdleMs, retries }: PlannedHttp) =>
  `speaks HTTP: answers itself after ${formatDuration(idleTimeoutMs)} without a byte, keeps unused connections to nodes for ${formatDuration(poolIdleMs)}, ${retries === 0 ? 'no retries' : `${retries} further nodes if none can be connected to`}`;

function checkWords({
  kind,
  port,
  intervalMs,
  timeoutMs,
  unhealthyThreshold,
  healthyThreshold,
}: PlannedCheck): string {
  const timing = `every ${formatDuration(intervalMs)}, ${formatDuration(timeoutMs)} for an answer`;
  return `${kind} to ${port}, ${timing}, out after ${unhealthyThreshold}, in after ${healthyThreshold}`;
}

/** How much a CI job can be shortened by is not found by reading the file. */
function takesWords(plan: Plan): string {
  const words = `about ${formatDuration(plan.expectedWallSeconds * 1000)}`;
  if (!clusters[plan.provider].compressesTime || plan.timeScale > 1) return words;
  const faster = formatDuration(expectedWallSeconds({ ...plan, timeScale: suggestedScale }) * 1000);
  return `${words}; with timeScale: ${suggestedScale} about ${faster}`;
}

function loadWords(load: Plan['load'][number]): string {
  const agents = 'agents' in load ? load.agents : undefined;
  if (agents === undefined) return engineWords(load);
  const { count, context, namespace } = agents;
  const pods = `${count} ${count === 1 ? 'pod' : 'pods'} of ${context ?? 'the current context'}`;
  return `${engineWords(load)}; from ${pods}, namespace ${namespace}`;
}

function engineWords(load: Plan['load'][number]): string {
  switch (load.kind) {
    case 'streams': {
      const each = `${formatDuration(load.durationMs)} each, a chunk every ${formatDuration(load.chunkIntervalMs)}`;
      return `${load.name}: ${load.concurrency} streams of ${each}${load.renew ? ', renewed' : ''}`;
    }
    case 'probe':
      return `${load.name}: ${load.rate} a second on ${load.lanes.join(' and ')} connections`;
    case 'autocannon':
      return `${load.name}: autocannon, ${load.rate} a second${load.connections === null ? '' : `, ${load.connections} in flight at most`}`;
    case 'k6':
      return `${load.name}: k6, ${load.vus} users, ${load.script ?? "midflight's own script"}`;
  }
}

function faultWords({ fault, repeats }: Plan, targets: readonly (readonly NodeName[])[]): string[] {
  if (fault === null) return ['none'];
  const { streamsInFlight, afterMs, duringStep } = fault.trigger;
  const pod = takesPod(faultTraits[fault.kind]) ? ` (${fault.pod})` : '';
  const after = afterMs === 0 ? '' : `, ${formatDuration(afterMs)} later`;
  const hits = targets.map((nodes, repeat) => {
    const words = nodes.length === 0 ? 'its pods' : nodes.join(' and ');
    return repeats === 1 ? words : `${words} (repeat ${repeat + 1})`;
  });
  const { withinMs } = fault.target;
  const row = withinMs === undefined ? '' : `, one after the other within ${formatDuration(withinMs)}`;
  return [
    `${fault.kind}${pod} of ${hits.join(', ')}${row}${parameterWords(fault)}${noticeWords(fault)}`,
    ...Object.entries(fault.commands ?? {}).map(([which, words]) => `${which}: ${words.join(' ')}`),
    `once ${streamsInFlight} streams are in flight${after}`,
    ...(duringStep === undefined ? [] : [`while a switchover is at its step ${duringStep}`]),
  ];
}

/** `, replicas: 0` */
function parameterWords({ kind, parameters = {} }: NonNullable<Plan['fault']>): string {
  const { parameters: all = {} }: FaultTraits = faultTraits[kind];
  const worded = { share: (value: number) => `${value * 100}%`, duration: formatDuration, count: String };
  return Object.entries(all)
    .map(([name, { form }]) => `, ${name}: ${worded[form](parameters[name] ?? 0)}`)
    .join('');
}

function noticeWords(fault: PlannedFault): string {
  const notice = noticeOf(fault);
  return notice === null ? '' : `, ${formatDuration(notice.ms)} after its notice`;
}

function timerWords({ timers, stabilityMs, observe }: Plan): string {
  const grace = `a silent node is NotReady after ${formatDuration(timers.nodeMonitorGraceMs)}`;
  const watched = observe === 'full' ? 'waited for' : 'not waited for';
  return `${grace} (${watched}); stable is ${formatDuration(stabilityMs)} without a failed probe`;
}
