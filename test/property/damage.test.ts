import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analysis } from '../../src/analysis/index.ts';
import type { Report } from '../../src/analysis/schema.ts';
import { MidflightError } from '../../src/base/errors.ts';
import { packageRoot } from '../../src/base/package.ts';
import { seededRandom } from '../../src/base/random.ts';
import { eachEvent } from '../../src/history/reader.ts';
import { type Damage, damages } from '../support/damage.ts';
import { goldenHistories } from '../support/golden.ts';
import { history } from '../support/history.ts';
import { sealedText } from '../support/sealed.ts';

// A history that was changed never passes with other figures: it is refused with its line, or, where only its end is gone,
// its report is unknown.

const folder = mkdtempSync(join(tmpdir(), 'midflight-damage-'));
const file = join(folder, 'history.ndjson');
test.after(() => rmSync(folder, { recursive: true, force: true }));

async function reportOf(text: Buffer): Promise<Report | MidflightError> {
  writeFileSync(file, text);
  const found = analysis();
  try {
    const ending = await eachEvent(file, (event) => void found.take(event));
    return found.report(ending);
  } catch (error) {
    if (error instanceof MidflightError) return error;
    throw error;
  }
}

/** Several trials that pass, in more than a few blocks. */
function passing(runId: string, streams: number) {
  const builder = history({ expect: [['lost', '<= 4']], runId });
  for (const [index, policy] of (['Cluster', 'Local', 'Cluster'] as const).entries()) {
    const at = 1000 + index * 70_000;
    builder
      .trial(at, { policy, repeat: index >> 1, fault: { kind: 'power-off', node: 'preemptible-0' } })
      .phase(at + 1, 'ramp')
      .streams(streams, { from: at + 100, to: at + 60_000 })
      .probes({ from: at + 100, to: at + 60_000, every: 1000 })
      .fault(at + 20_000)
      .late(at + 21_000, 'probe', { maxMs: 3 })
      .endTrial(at + 65_000);
    if (policy === 'Cluster')
      builder.streams(2, {
        from: at + 100,
        to: at + 30_000,
        outcome: 'hung',
        transit: 'preemptible-0',
      });
  }
  return Buffer.from(sealedText(builder.finish(300_000).events(), 50));
}

const golden = (name: string) => readFileSync(join(packageRoot(), 'test', 'histories', `${name}.ndjson`));
const sources = [...[...goldenHistories.keys()].map(golden), passing('one', 40), passing('two', 20)];
const each = 340;

for (const [index, source] of sources.entries()) {
  test(`${each} damages of history ${index}`, async () => {
    const whole = await reportOf(source);
    assert.ok(!(whole instanceof MidflightError), String(whole));
    const random = seededRandom(index + 1);
    const other = sources[(index + 1) % sources.length] ?? source;
    let refused = 0;
    for (let turn = 0; turn < each; turn += 1) {
      const { name, damage } = damages[turn % damages.length] as Damage;
      const damaged = damage(source, { random, other });
      if (damaged.equals(source)) continue;
      const found = await reportOf(damaged);
      const what = `turn ${turn}, ${name}`;
      if (found instanceof MidflightError) {
        refused += 1;
        assert.is(found.exitCode, 64, `${what}: ${found.message}`);
        const isLocated = /:\d+$/.test(found.where ?? '');
        const isNothing = damaged.length === 0 || !damaged.includes(10);
        assert.ok(
          isLocated || isNothing || found.message.includes('first checksum'),
          `${what}: ${found.where} ${found.message}`,
        );
      } else if (!isDeepStrictEqual(found, whole)) {
        // Trials that stand before the damage may have failed for certain.
        assert.ok(
          found.verdict === 'unknown' || (found.verdict === 'fail' && whole.verdict === 'fail'),
          what,
        );
      }
    }
    assert.ok(refused > each / 2, `${refused} refused`);
  });
}

test.run();
