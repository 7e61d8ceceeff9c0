import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { jsonSchemas } from '../../../scripts/json-schemas.ts';
import { report as reportSchema } from '../../../src/analysis/schema.ts';
import { jsonReport } from '../../../src/reports/json.ts';
import { reportOf } from '../../support/analysis.ts';
import { goldenHistories } from '../../support/golden.ts';
import { threePolicies } from '../../support/report.ts';

const published = z.fromJSONSchema(JSON.parse(jsonSchemas().get('report.schema.json') ?? '{}'));

for (const [name, make] of goldenHistories) {
  test(`${name}: report.json is as its schema has it, and holds the whole report`, async () => {
    const report = await reportOf(make());
    const told: unknown = JSON.parse(jsonReport(report));
    assert.equal(reportSchema.strict().parse(told), report);
    assert.ok(published.safeParse(told).success);
  });
}

test('the published schema refuses what is no report', () => {
  const told: Record<string, unknown> = JSON.parse(jsonReport(threePolicies()));
  assert.ok(published.safeParse(told).success);
  assert.not.ok(published.safeParse({ ...told, verdict: 'maybe' }).success);
  assert.not.ok(published.safeParse({ ...told, trials: [{}] }).success);
});

test('the same report gives the same bytes, with a line end at their end', () => {
  const text = jsonReport(threePolicies());
  assert.is(jsonReport(threePolicies()), text);
  assert.ok(text.endsWith('}\n'));
});

test.run();
