import { visibleLine } from '../../base/visible.ts';
import { counted, percent } from '../../reports/figures.ts';
import { table, wrap } from '../../reports/table.ts';
import { listNames } from '../names.ts';
import type { AuditedService, AuditReport, Finding } from '../schema.ts';
import { missingRules } from './access.ts';

/** The audit for a person: what each Service does today, then the findings, worst first. */
export function terminal(report: AuditReport, columns: number): string {
  const lines = [
    ...head(report),
    '',
    ...servicesTable(report, columns),
    ...report.findings.flatMap((one) => ['', ...findingLines(one, columns)]),
    ...undecidedLines(report, columns),
    ...accessLines(report),
    '',
    lastLine(report),
  ];
  return `${lines.map((line) => (visibleLine(line) === '' ? '' : indented(line))).join('\n')}\n`;
}

/** Control characters in view; the indentation stays. */
const indented = (line: string) => `${/^ */.exec(line)?.[0] ?? ''}${visibleLine(line)}`;

function head({ source, nodes, preemptibleNodes, services, datapath, kubernetes }: AuditReport): string[] {
  const of = source.kind === 'live' ? `context ${source.context}` : 'manifests';
  const version = kubernetes === null ? '' : `, Kubernetes ${kubernetes}`;
  return [
    `audit of ${of}${version}: ${counted(nodes, 'node')}, ${preemptibleNodes} of them preemptible; ${counted(services.length, 'Service')} of type LoadBalancer or NodePort; data path ${datapath.id} (${datapath.confidence})`,
  ];
}

function servicesTable({ services }: AuditReport, columns: number): string[] {
  if (services.length === 0) return ['there is no Service of type LoadBalancer or NodePort'];
  const shown = services.slice(0, mostServices);
  const rows = shown.map((service) => [
    service.service,
    service.policy,
    `${service.balancer.name}${service.balancer.confidence === 'inferred' ? ' (inferred)' : ''}`,
    service.takesConnections === null ? '-' : String(service.takesConnections[service.policy].count),
    service.transit === null || service.policy === 'Local' ? '-' : String(service.transit.count),
    exposed(service),
  ]);
  const all = [['service', 'policy', 'balancer', 'nodes', 'transit only', 'exposed to preemption'], ...rows];
  const more = services.length - shown.length;
  return [
    ...(table(all, columns) ?? rows.flatMap((row) => wrap(row.join(', '), columns, '  '))),
    ...(more === 0 ? [] : [`and ${more} more; --format json has them all`]),
  ];
}

const mostServices = 50;

const exposed = ({ exposedShare }: AuditedService) =>
  exposedShare === null ? 'unknown' : percent(exposedShare);

function findingLines(one: Finding, columns: number): string[] {
  const where = one.place === null ? '' : ` (${one.place.file}:${one.place.line}:${one.place.column})`;
  const title = `${one.severity.toUpperCase()} ${one.id} ${one.name}: ${one.service ?? 'cluster'}${where}`;
  const { text, command } = one.remedy;
  return [
    title,
    ...wrap(`${one.summary} [${one.confidence}]`, columns - 2).map((line) => `  ${line}`),
    ...one.evidence.flatMap((line) => wrap(`- ${line}`, columns - 4, '  ')).map((line) => `    ${line}`),
    ...wrap(`do: ${text}`, columns - 2).map((line) => `  ${line}`),
    // A command stays on one line, so that it can be pasted.
    ...(command === null ? [] : [`    ${command}`]),
    ...(one.scenario === null ? [] : [`  see it: midflight run experiments/${one.scenario}`]),
  ];
}

function undecidedLines({ undecided }: AuditReport, columns: number): string[] {
  if (undecided.length === 0) return [];
  const byReason = new Map<string, string[]>();
  for (const { id, because } of undecided) byReason.set(because, [...(byReason.get(because) ?? []), id]);
  return [
    '',
    'not decided:',
    ...[...byReason].flatMap(([because, ids]) =>
      wrap(`${listNames([...new Set(ids)], 30)}: ${because}`, columns - 2).map((line) => `  ${line}`),
    ),
  ];
}

function accessLines(report: AuditReport): string[] {
  const rules = missingRules(report);
  const others = report.missingAccess.filter(({ status }) => status !== 403);
  return [
    ...(rules.length === 0 ? [] : ['', 'these credentials lack the rules (deploy/rbac.yaml has them all):']),
    ...rules.map((rule) => `  ${rule}`),
    ...others.map(({ resource, status }) => `the API server answered ${status} for ${resource}`),
  ];
}

function lastLine({ findings, verdict, failOn }: AuditReport): string {
  const found = counted(findings.length, 'finding');
  const limit = failOn === 'never' ? 'none makes it fail' : `fails from ${failOn}`;
  const unknown = verdict === 'unknown' ? ': what could not be read may hide findings' : '';
  return `${verdict}: ${found}, ${limit}${unknown}`;
}
