import { createHash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { visibleJson } from '../../base/visible.ts';
import { checks } from '../checks/index.ts';
import type { AuditReport, Finding, Severity } from '../schema.ts';

/*
 * SARIF 2.1.0, as GitHub's code scanning takes it (docs.github.com, "SARIF support for code scanning"): one run, rules with
 * help, a relative uri, stable fingerprints. Each result has one location with a physicalLocation: GitHub refuses the whole
 * file if one has none ("locationFromSarifResult: expected at least one location", github/codeql-action#2459 and #1738).
 */

const levels: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** `root`: the repository's folder, from which uris are relative. */
export function sarif(report: AuditReport, root: string): string {
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'midflight audit',
            semanticVersion: report.midflightVersion,
            informationUri: 'https://www.npmjs.com/package/midflight',
            rules: checks.map(({ id, name, severity, words }) => ({
              id,
              name,
              shortDescription: { text: words },
              fullDescription: { text: words },
              help: { text: `${words} docs/audit.md of midflight has more.` },
              defaultConfiguration: { level: levels[severity] },
              properties: { tags: ['kubernetes', 'externalTrafficPolicy'] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: report.findings.map((one) => resultOf(one, report, root)),
      },
    ],
  };
  return `${visibleJson(JSON.stringify(document, null, 2))}\n`;
}

function resultOf(one: Finding, { source }: AuditReport, root: string) {
  const { id, service, summary, remedy, place, severity } = one;
  const command = remedy.command === null ? '' : `\n${remedy.command}`;
  return {
    ruleId: id,
    ruleIndex: checks.findIndex((check) => check.id === id),
    level: levels[severity],
    message: { text: `${service ?? 'cluster'}: ${summary}\nTo do: ${remedy.text}${command}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: place === null ? objectUri(service, source) : uriOf(place.file, root) },
          region: { startLine: place?.line ?? 1, startColumn: place?.column ?? 1 },
        },
      },
    ],
    // What is found, not how much of it: an alert stays the same when a node joins.
    partialFingerprints: { 'midflight/v1': hash([id, service ?? '', source.context ?? '']) },
    properties: { severity, confidence: one.confidence, evidence: one.evidence },
  };
}

/** What is in no file of the repository is named in place of a path: `kubernetes/prod/services/web/traefik`. */
function objectUri(service: string | null, { context }: AuditReport['source']): string {
  const object = service === null ? [] : ['services', ...service.split('/')];
  return ['kubernetes', context ?? 'cluster', ...object].map(encodeURIComponent).join('/');
}

function uriOf(file: string, root: string): string {
  const path = isAbsolute(file) ? relative(root, file) : file;
  if (path.startsWith('..') || isAbsolute(path)) return pathToFileURL(file).href;
  return path
    .split(sep)
    .filter((part) => part !== '.')
    .map(encodeURIComponent)
    .join('/');
}

const hash = (parts: readonly string[]) =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
