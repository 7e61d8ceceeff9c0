import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { checks } from '../../../src/audit/checks/index.ts';
import { spotMarks } from '../../../src/audit/facts/spot.ts';
import { readResources } from '../../../src/audit/read/resources.ts';
import { auditFormats } from '../../../src/audit/reports/index.ts';
import { severities } from '../../../src/audit/schema.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { auditFormatChoices, failOnChoices } from '../../../src/cli/commands/audit.ts';
import { auditFile, auditOf, service } from '../../support/audit.ts';

const test = suite('audit reports');
const root = packageRoot();
const escapeCharacter = new RegExp(String.fromCharCode(0x1b));
const surface = { columns: 100, root };
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/*
 * The part of the published schema of SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) that is used here, which allows no other
 * property, and what GitHub asks for beyond it: every result has a physical location, and uris are relative.
 */
const text = z.strictObject({ text: z.string().min(1) });
/** A property bag holds anything; its tags are different from each other. */
const bag = z.looseObject({
  tags: z
    .array(z.string())
    .refine((tags) => new Set(tags).size === tags.length)
    .optional(),
});
const level = z.enum(['none', 'note', 'warning', 'error']);
const sarifFile = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string(),
            informationUri: z.url(),
            semanticVersion: z.string(),
            rules: z.array(
              z.strictObject({
                id: z.string(),
                name: z.string(),
                shortDescription: text,
                fullDescription: text,
                help: text,
                defaultConfiguration: z.strictObject({ level }),
                properties: bag,
              }),
            ),
          }),
        }),
        columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
        results: z.array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            level,
            message: text,
            locations: z
              .array(
                z.strictObject({
                  physicalLocation: z.strictObject({
                    artifactLocation: z.strictObject({ uri: z.string().regex(/^[^/:]+(\/[^/:]+)*$/) }),
                    region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1) }),
                  }),
                }),
              )
              .length(1),
            partialFingerprints: z.record(z.string(), z.string().min(1)),
            properties: bag,
          }),
        ),
      }),
    )
    .min(1)
    .max(20),
});

test('SARIF has the form that its schema and GitHub ask for, and points into the manifests', () => {
  const report = auditFile('eks.yaml', { longestSeconds: 60 });
  const [run] = sarifFile.parse(JSON.parse(auditFormats.sarif(report, surface))).runs;
  assert.is(run?.results.length, report.findings.length);
  const rules = run?.tool.driver.rules ?? [];
  for (const { ruleId, ruleIndex, locations, level: shown } of run?.results ?? []) {
    assert.is(rules[ruleIndex]?.id, ruleId);
    const [place] = locations;
    assert.ok(place);
    const { artifactLocation, region } = place.physicalLocation;
    // A finding about the whole cluster is in no file.
    if (ruleId === 'MF017') {
      assert.equal([artifactLocation.uri, region.startLine], ['kubernetes/cluster', 1]);
      continue;
    }
    assert.ok(existsSync(join(root, artifactLocation.uri)));
    assert.match(read(artifactLocation.uri).split('\n')[region.startLine - 1] ?? '', /externalTrafficPolicy/);
    if (ruleId === 'MF001') assert.is(shown, 'error');
  }
  const prints = (run?.results ?? []).map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
  assert.is(new Set(prints).size, prints.length, 'each alert has its own fingerprint');
});

test('SARIF of a cluster, whose objects are in no file: each result names its object in place of a path', () => {
  const report = auditFile('eks.yaml');
  const live = {
    ...report,
    source: { kind: 'live' as const, context: 'arn:aws:eks:eu-west-1:1:cluster/prod' },
    findings: report.findings.map((one) => ({ ...one, place: null })),
  };
  const [run] = sarifFile.parse(JSON.parse(auditFormats.sarif(live, surface))).runs;
  const cluster = 'kubernetes/arn%3Aaws%3Aeks%3Aeu-west-1%3A1%3Acluster%2Fprod';
  assert.equal(
    run?.results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri),
    live.findings.map(({ service: name }) => (name === null ? cluster : `${cluster}/services/${name}`)),
  );
});

test('SARIF with names full of markup and control characters, and without a finding', () => {
  const nasty = auditOf([service({ externalTrafficPolicy: 'Local' }, { name: 'x<&"\u0000\u001b\n\ud800' })]);
  for (const report of [nasty, { ...nasty, findings: [] }]) {
    const printed = auditFormats.sarif(report, surface);
    assert.not.match(printed, escapeCharacter);
    assert.is(sarifFile.parse(JSON.parse(printed)).runs[0]?.results.length, report.findings.length);
  }
});

test('JSON matches its schema', () => {
  const schema = z.fromJSONSchema(JSON.parse(read('schemas/audit.schema.json')));
  for (const file of ['gke.yaml', 'eks.yaml', 'aks.yaml']) {
    const printed: unknown = JSON.parse(auditFormats.json(auditFile(file), surface));
    assert.ok(schema.safeParse(printed).success, file);
    assert.not.ok(schema.safeParse({ ...Object(printed), verdict: 'perhaps' }).success);
  }
});

test('the table fits its width, but for commands; every form names every finding', () => {
  const report = auditFile('eks.yaml');
  for (const columns of [80, 100, 120]) {
    const lines = auditFormats
      .table(report, { ...surface, columns })
      .split('\n')
      .slice(1);
    // A longer word stays whole, and so does a command.
    const whole = /^ {4}(kubectl|midflight|gcloud)|^[A-Z]+ MF\d{3}/;
    const wide = lines.filter(
      (line) => line.length > columns && line.trim().includes(' ') && !whole.test(line),
    );
    assert.equal(wide, []);
  }
  for (const format of auditFormatChoices) {
    const printed = auditFormats[format](report, surface);
    for (const { id } of report.findings) assert.ok(printed.includes(id), `${id} in ${format}`);
  }
});

test('what an object is called cannot pass for markup or control a terminal', () => {
  const report = auditOf([
    service({ externalTrafficPolicy: 'Local', type: 'NodePort' }, { name: 'x\u001b[31m`<b>`|' }),
  ]);
  assert.not.match(auditFormats.table(report, surface), escapeCharacter);
  const printed = auditFormats.markdown(report, surface);
  assert.not.match(printed, escapeCharacter);
  assert.ok(printed.includes("`shop/x\\u{1b}[31m'<b>'|`"));
  assert.not.match(auditFormats.sarif(report, surface), escapeCharacter);
});

test('the choices of the command line are those of the audit', () => {
  assert.equal([...auditFormatChoices], Object.keys(auditFormats));
  assert.equal([...failOnChoices], [...severities, 'never']);
});

test('docs/audit.md has every check with its severity, and every mark of preemptible nodes', () => {
  const page = read('docs/audit.md');
  for (const { id, name, severity } of checks) {
    const row = page.split('\n').find((line) => line.startsWith(`| ${id} ${name} |`));
    if (row === undefined) throw new Error(`no row of ${id} ${name}`);
    if (id !== 'MF017') assert.ok(row.includes(`| ${severity}`), `${id} is ${severity}`);
  }
  for (const { key } of spotMarks) assert.ok(page.includes(key), key);
});

test('deploy/rbac.yaml allows the audit exactly what it reads', () => {
  const role = z.object({
    metadata: z.object({ name: z.string() }),
    rules: z.array(
      z.object({
        apiGroups: z.array(z.string()),
        resources: z.array(z.string()),
        resourceNames: z.array(z.string()).optional(),
        verbs: z.array(z.string()),
      }),
    ),
  });
  const roles = parseAllDocuments(read('deploy/rbac.yaml')).map((document) => role.parse(document.toJS()));
  const own = roles.find(({ metadata }) => metadata.name === 'midflight-audit');
  const granted = (own?.rules ?? []).flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((one) => verbs.map((verb) => [group, one, verb, ...(resourceNames ?? [])].join(' '))),
    ),
  );
  const needed = readResources.map(({ apiGroup, resource, only }) =>
    [apiGroup, resource, only === undefined ? 'list' : 'get', ...(only ?? []).map(({ name }) => name)].join(
      ' ',
    ),
  );
  assert.equal(granted.sort(), needed.sort());
});

test.run();
