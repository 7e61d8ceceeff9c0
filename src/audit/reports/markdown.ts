import { visibleLine } from '../../base/visible.ts';
import { counted, percent } from '../../reports/figures.ts';
import type { AuditReport, Finding } from '../schema.ts';
import { missingRules } from './access.ts';

/** The audit for a pull request or a step summary. */
export function markdown(report: AuditReport): string {
  const { source, nodes, preemptibleNodes, services, findings, verdict, failOn } = report;
  const of = source.kind === 'live' ? `context ${code(source.context ?? '')}` : 'manifests';
  const rules = missingRules(report);
  const lines = [
    `## midflight audit: ${verdict}`,
    '',
    `${counted(findings.length, 'finding')} in ${of}: ${counted(nodes, 'node')}, ${preemptibleNodes} preemptible, ${counted(services.length, 'Service')}. Fails from ${failOn}.`,
    '',
    ...(services.length === 0
      ? []
      : [
          '| Service | policy | balancer | only pass on | exposed to preemption |',
          '| --- | --- | --- | --- | --- |',
          ...services
            .slice(0, mostServices)
            .map(
              ({ service, policy, balancer, transit, exposedShare }) =>
                `| ${code(service)} | ${policy} | ${cell(balancer.name)} (${balancer.confidence}) | ${transit === null ? '-' : transit.count} | ${exposedShare === null ? 'unknown' : percent(exposedShare)} |`,
            ),
          ...(services.length > mostServices ? ['', `And ${services.length - mostServices} more.`] : []),
          '',
        ]),
    ...findings.slice(0, mostFindings).flatMap(section),
    ...(findings.length > mostFindings
      ? [`And ${counted(findings.length - mostFindings, 'finding')} more.`, '']
      : []),
    ...(rules.length === 0
      ? []
      : ['These credentials lack the rules:', '', '```yaml', ...rules.map(visibleLine0), '```', '']),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A step summary of GitHub may have 1 MiB, a comment 64 KiB. */
const mostServices = 100;
const mostFindings = 100;

function section(one: Finding): string[] {
  const where = one.place === null ? '' : ` (${code(`${one.place.file}:${one.place.line}`)})`;
  return [
    `### ${one.severity} ${one.id} ${one.name}: ${one.service === null ? 'cluster' : code(one.service)}${where}`,
    '',
    `${cell(one.summary)} (${one.confidence})`,
    '',
    ...one.evidence.map((line) => `- ${cell(line)}`),
    '',
    `To do: ${cell(one.remedy.text)}`,
    '',
    ...(one.remedy.command === null ? [] : ['```sh', visibleLine(one.remedy.command), '```', '']),
  ];
}

const visibleLine0 = (line: string) => `${/^ */.exec(line)?.[0] ?? ''}${visibleLine(line)}`;
/** What an object is called must not become markup. */
const cell = (text: string) => visibleLine(text).replaceAll(/[\\`*_[\]<>|]/g, (mark) => `\\${mark}`);
const code = (text: string) => `\`${visibleLine(text).replaceAll('`', "'")}\``;
