import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, processesWith, type Started, sandbox, start, tokensOf, until } from '../support/cli.ts';
import { quickScenario } from '../support/quick-scenario.ts';

/* A part of midflight that dies or hangs is named as the reason, in a report and with a documented exit code. */

const box = sandbox();
const scenario = quickScenario(box, { streamsLast: '120s', policies: 'Cluster, Local', timeScale: 10 });

/** The process of a bundle in the run that goes on now. */
function pidOf(role: string): number {
  const [pid] = processesWith(tokensOf(box)).filter((each) =>
    readFileSync(`/proc/${each}/cmdline`, 'utf8').includes(`/${role}.mjs\0`),
  );
  if (pid === undefined) throw new Error(`no process of ${role}`);
  return pid;
}

async function during(words: string, out: string, disturb: (run: Started) => void): Promise<Ended> {
  const run = start(['run', scenario, '--out', out], box);
  await until(words, () => run.said().includes(words));
  disturb(run);
  return run.ended;
}

interface Told {
  readonly outcome: string;
  readonly reason: string | null;
  readonly trials: readonly { readonly verdict: string; readonly reason: string | null }[];
}
const reportIn = (out: string): Told =>
  JSON.parse(readFileSync(join(box.folder, out, 'report.json'), 'utf8'));

test("the watchdog's death ends in a report with that reason", async () => {
  const { code, stdout, stderr } = await during('trial 1/2', 'watchdog', () =>
    process.kill(pidOf('watchdog'), 'SIGKILL'),
  );
  assert.is(code, 3, stdout + stderr);
  const { outcome, reason, trials } = reportIn('watchdog');
  assert.is(outcome, 'aborted');
  assert.match(reason ?? '', 'watchdog: ended unexpectedly (SIGKILL)');
  assert.equal(
    trials.map(({ verdict }) => verdict),
    ['unknown'],
    'no trial without it',
  );
  assert.match(trials[0]?.reason ?? '', 'watchdog');
});

test('a control plane that hangs is named, and by its own limit', async () => {
  const { code, stdout, stderr, seconds } = await during('trial 1/2', 'hung', () =>
    process.kill(pidOf('control-plane'), 'SIGSTOP'),
  );
  assert.is(code, 3, stdout + stderr);
  const { reason } = reportIn('hung');
  assert.match(reason ?? '', 'control plane: did not answer for');
  assert.not.match(stdout + stderr, 'kubectl');
  assert.ok(seconds < 60, `${seconds} s`);
});

test('a control plane that hangs while the cluster is made is named as well', async () => {
  const run = start(['run', scenario, '--out', 'early'], box);
  await until('its process', () => {
    try {
      process.kill(pidOf('control-plane'), 'SIGSTOP');
      return true;
    } catch {
      return false;
    }
  });
  const { code, stdout, stderr } = await run.ended;
  assert.is(code, 3, stdout + stderr);
  assert.match(reportIn('early').reason ?? '', /control[ -]plane/);
});

test('an edge that was stopped is named, not what its silence looked like', async () => {
  const { code, stdout, stderr } = await during('observing', 'edge', () => {
    const pid = pidOf('edge');
    process.kill(pid, 'SIGSTOP');
    setTimeout(() => process.kill(pid, 'SIGCONT'), 3000);
  });
  assert.is(code, 2, stdout + stderr);
  const [trial] = reportIn('edge').trials;
  assert.is(trial?.verdict, 'unknown');
  assert.match(trial?.reason ?? '', /edge: did not answer for 2\.\d s/);
});

test.after(() => {
  const left = processesWith([...tokensOf(box), box.folder]);
  box.remove();
  assert.equal(left, [], 'no process is left');
});

test.run();
