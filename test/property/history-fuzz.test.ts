import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../src/base/errors.ts';
import { eachEvent } from '../../src/history/reader.ts';
import { goldenHistories } from '../support/golden.ts';
import { sealedText } from '../support/sealed.ts';

/*
 * Any bytes, for a bounded time: the reader ends, gives only events, and throws nothing but `bad-history` with a place.
 */

/** How long each kind of file is tried, ms; the seed of a failure is printed. */
const boundMs = 4000;
const bounded = { interruptAfterTimeLimit: boundMs, markInterruptAsFailure: false, numRuns: 1_000_000 };

const folder = mkdtempSync(join(tmpdir(), 'midflight-history-fuzz-'));
const file = join(folder, 'history.ndjson');
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** How many events were read, or why none more could be. */
async function read(bytes: Uint8Array): Promise<number | MidflightError> {
  writeFileSync(file, bytes);
  let events = 0;
  try {
    await eachEvent(file, ({ type }) => {
      assert.type(type, 'string');
      events += 1;
    });
    return events;
  } catch (error) {
    if (error instanceof MidflightError) return error;
    throw error;
  }
}

function isRefusal(result: number | MidflightError): boolean {
  if (typeof result === 'number') return false;
  assert.is(result.code, 'bad-history', result.message);
  assert.ok(result.where?.startsWith(file), `${result.message}: ${result.where}`);
  return true;
}

const golden = () => {
  const [build] = goldenHistories.values();
  return build?.().events() ?? [];
};

test('bytes that are no history are refused', async () => {
  let tries = 0;
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
      tries += 1;
      assert.ok(isRefusal(await read(bytes)));
    }),
    bounded,
  );
  assert.ok(tries >= 50, `${tries} tries`);
});

test('lines of any JSON are refused, wherever they are in a history', async () => {
  const lines = sealedText(golden()).split('\n').slice(0, -1);
  let tries = 0;
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 4 }), fc.nat(lines.length - 1), async (line, at) => {
      tries += 1;
      const forged = [...lines.slice(0, at), line, ...lines.slice(at)].join('\n');
      assert.ok(isRefusal(await read(Buffer.from(`${forged}\n`))), `line ${at + 1}: ${line}`);
    }),
    bounded,
  );
  assert.ok(tries >= 50, `${tries} tries`);
});

test('bytes put anywhere into a history never give more events than it has', async () => {
  const whole = Buffer.from(sealedText(golden()));
  const all = await read(whole);
  assert.type(all, 'number');
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.nat(whole.length),
      async (bytes, at) => {
        const result = await read(Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)]));
        // Put behind the last line, they are a line that broke off.
        if (!isRefusal(result)) assert.ok(Number(result) <= Number(all));
      },
    ),
    bounded,
  );
});

test.run();
