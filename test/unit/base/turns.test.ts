import { type ChildProcess, spawn } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LateTurns, watchTurns } from '../../../src/base/turns.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const block = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('a process that was held up tells by how much, in the window in which it was', async () => {
  const late: LateTurns[] = [];
  const stop = watchTurns((turns) => late.push(turns));
  await sleep(300);
  block(400);
  await sleep(600);
  stop();
  const worst = late.reduce((one, other) => (other.maxMs > one.maxMs ? other : one));
  assert.ok(worst.maxMs >= 350, `${worst.maxMs}`); // the rest of a turn before it, and the histogram's rounding
  assert.ok(worst.windowMs >= worst.maxMs, `${worst.windowMs}`);
  assert.ok(worst.count > 0);
});

test('after the end it tells nothing', async () => {
  const late: LateTurns[] = [];
  const stop = watchTurns((turns) => late.push(turns));
  await sleep(100);
  stop();
  late.length = 0;
  block(100);
  await sleep(400);
  assert.equal(late, []);
});

/** What a process prints, until that is enough; 10 s at most. */
async function linesOf(child: ChildProcess, until: (text: string) => boolean): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8');
  child.stdout?.on('data', (data: string) => {
    text += data;
  });
  for (let waited = 0; !until(text) && waited < 10_000; waited += 20) await sleep(20);
  return text;
}

test('a process that was stopped on purpose was not late', async () => {
  const script = `
    import { watchTurns } from './src/base/turns.ts';
    watchTurns(({ maxMs }) => console.log('late ' + maxMs));
    let turns = 0;
    setInterval(() => console.log('turn ' + (turns += 1)), 100);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const text = linesOf(child, (all) => all.includes('turn 25'));
    await sleep(1500); // it runs
    child.kill('SIGSTOP');
    await sleep(1200);
    child.kill('SIGCONT');
    const lateness = [...(await text).matchAll(/^late (.*)$/gm)].map(([, ms]) => Number(ms));
    assert.match(await text, 'turn 25');
    assert.ok(
      lateness.every((ms) => ms < 1000),
      `${lateness}`,
    );
  } finally {
    child.kill('SIGKILL');
  }
});

test.run();
