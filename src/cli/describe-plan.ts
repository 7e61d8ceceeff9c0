import { formatDuration, type NodeName } from '../base/units.ts';
import { visibleLine } from '../base/visible.ts';
import { faultTraits, takesPod } from '../catalogue/faults.ts';
import { placementOf } from '../plan/placement.ts';
import type { Plan, PlannedCheck, PlannedPlacement } from '../plan/schema.ts';
import { settingsOf } from '../plan/settings.ts';
import { plannedTargets } from '../plan/target.ts';
import { wrap } from '../reports/table.ts';

/** The resolved plan in words, as `--dry-run` shows it; lines longer than `columns` go on below themselves. */
export function describePlan(plan: Plan, columns = Number.POSITIVE_INFINITY): string {
  const targets = plannedTargets(plan);
  const lines: [string, string[]][] = [
    ['experiment', [`${plan.experiment}${plan.description === '' ? '' : `: ${plan.description}`}`]],
    ['cluster', [clusterWords(plan)]],
    ['nodes', poolWords(plan)],
    ['ingress', [placementWords(plan, plan.ingress), ...allowWords(plan)]],
    ['app', [placementWords(plan, plan.app)]],
    ['edge', edgeWords(plan)],
    ['load', plan.load.map(loadWords)],
    ['policies', [`${policiesOf(plan).join(', ')}; ${times(plan.repeats)} each, seed ${plan.seed}`]],
    ['fault', faultWords(plan, targets)],
    ['timers', [timerWords(plan)]],
    ['settings', Object.entries(settingsOf(plan)).map(([name, value]) => `${name}: ${value}`)],
    ['expects', plan.expectations.map(({ policy, text }) => `${policy ?? 'all'}: ${text}`)],
    ['notice', plan.notices],
    ['takes', [`about ${formatDuration(plan.expectedWallSeconds * 1000)}`]],
  ];
  return lines
    .flatMap(([name, texts]) => texts.map((text, index) => entry(index === 0 ? name : '', text, columns)))
    .join('');
}

const nameWidth = 12;

function entry(name: string, text: string, columns: number): string {
  const [first = '', ...rest] = wrap(visibleLine(text), columns - nameWidth, '  ');
  return [name.padEnd(nameWidth) + first, ...rest.map((line) => ' '.repeat(nameWidth) + line)]
    .map((line) => `${line}\n`)
    .join('');
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
const policiesOf = ({ trials }: Plan) => [...new Set(trials.map(({ policy }) => policy ?? 'none'))];
const clusterWords = ({ provider, timeScale, kubeProxyMode }: Plan) =>
  provider === 'embedded'
    ? `embedded, ${timeScale === 1 ? 'in real time' : `${timeScale} times faster than real time`}`
    : `${provider}, kube-proxy in ${kubeProxyMode} mode`;

function poolWords({ nodes, cloud }: Plan): string[] {
  return [...new Set(nodes.map(({ pool }) => pool))].map((pool) => {
    const members = nodes.filter((node) => node.pool === pool);
    const preemptible = members[0]?.preemptible ? `, preemptible (labels of ${cloud})` : '';
    const taints = members[0]?.taints.map(({ key, effect }) => `${key}:${effect}`) ?? [];
    return `${pool}: ${members.length}${preemptible}${taints.length > 0 ? `, tainted ${taints.join(', ')}` : ''}`;
  });
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
    check('Cluster'),
    check('Local'),
  ];
}

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

function loadWords(load: Plan['load'][number]): string {
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
  const { streamsInFlight, afterMs } = fault.trigger;
  const pod = takesPod(faultTraits[fault.kind]) ? ` (${fault.pod})` : '';
  const after = afterMs === 0 ? '' : `, ${formatDuration(afterMs)} later`;
  const hits = targets.map((nodes, repeat) => {
    const words = nodes.length === 0 ? 'all its pods' : nodes.join(' and ');
    return repeats === 1 ? words : `${words} (repeat ${repeat + 1})`;
  });
  const { withinMs } = fault.target;
  const row = withinMs === undefined ? '' : `, one after the other within ${formatDuration(withinMs)}`;
  return [
    `${fault.kind}${pod} of ${hits.join(', ')}${row}`,
    `once ${streamsInFlight} streams are in flight${after}`,
  ];
}

function timerWords({ timers, stabilityMs, observe }: Plan): string {
  const grace = `a silent node is NotReady after ${formatDuration(timers.nodeMonitorGraceMs)}`;
  const watched = observe === 'full' ? 'waited for' : 'not waited for';
  return `${grace} (${watched}); stable is ${formatDuration(stabilityMs)} without a failed probe`;
}
