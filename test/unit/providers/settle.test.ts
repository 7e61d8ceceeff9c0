import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createJournal } from '../../../src/changes/journal.ts';
import { journalPlace } from '../../../src/providers/journals.ts';
import { isAlive, newToken } from '../../../src/providers/processes.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { settleLeftovers } from '../../../src/providers/settle.ts';
import { stateDir } from '../../../src/providers/state-dir.ts';
import { basicPlan } from '../../support/plan.ts';
import { ownStateFolder } from '../../support/state-folder.ts';

const test = suite('what dead runs left, before the next run');
const folder = ownStateFolder(test);

const role = join(folder, 'dist/roles/app.mjs');
mkdirSync(join(folder, 'dist/roles'), { recursive: true });
writeFileSync(role, 'setInterval(() => {}, 1000);');

/** A process of a run, and the note of that run, whose own process is gone. */
async function deadRun() {
  const token = newToken();
  const child = spawn(process.execPath, [role, token], { stdio: 'ignore' });
  await once(child, 'spawn');
  const run = { token, pid: process.pid, startTime: '1', subnet: null };
  writeFileSync(join(stateDir(), `${token}.json`), JSON.stringify(run));
  return { token, child };
}

/** Its journal, of an embedded cluster that went with it or of one that stays. */
function journalOf(runId: string, place: Record<string, string | boolean>, token?: string): void {
  const journal = createJournal(journalPlace(runId).file, {
    owner: { runId, pid: process.pid, startTime: '1' },
    what: `run ${runId}`,
    place,
    wallTime: new Date(0).toISOString(),
  });
  const t = new Date(0).toISOString();
  if (token !== undefined) {
    const target = { token, subnet: null };
    journal.append({ type: 'change', id: 1, kind: 'embedded-cluster', target, before: null, wanted: {}, t });
  }
  journal.close();
}

/** A run that begins on a cluster of its own, or on one that is there. */
const on = (place: Record<string, string | boolean>) =>
  ({ cluster: { place: () => place } }) as unknown as Provider;

const settled = async (provider = on({ provider: 'embedded', token: newToken() })): Promise<string[]> => {
  const said: string[] = [];
  await settleLeftovers(basicPlan, provider, (text) => said.push(text));
  return said;
};

test('its journal undoes it, and its marks find nothing more', async () => {
  const { token, child } = await deadRun();
  try {
    const gone = once(child, 'exit');
    journalOf('a', { provider: 'embedded', token }, token);
    assert.equal(await settled(), [
      'cleaned up after run a, which was killed: an embedded cluster: 1 process ended',
    ]);
    await gone;
    assert.not.ok(isAlive(child.pid ?? -1));
    assert.equal(readdirSync(stateDir()), []);
    assert.equal(await settled(), []);
  } finally {
    child.kill('SIGKILL');
  }
});

test('if its journal is gone, its note finds it', async () => {
  const { token, child } = await deadRun();
  try {
    assert.equal(await settled(), [`an earlier run had left processes of the run ${token}: 1 ended`]);
    assert.equal(readdirSync(stateDir()), []);
  } finally {
    child.kill('SIGKILL');
  }
});

test('what it changed on a cluster that stays is not undone unasked: the next run there is refused', async () => {
  const place = { provider: 'embedded', cluster: 'theirs', kept: true };
  journalOf('b', place);
  assert.equal(await settled(on({ ...place, cluster: 'another' })), []);
  try {
    await settled(on(place));
    assert.unreachable('it was not refused');
  } catch (error) {
    assert.match(String(error), 'run b was killed and has left changes on theirs');
  }
  assert.equal(readdirSync(stateDir()), ['journal-b.ndjson']);
});

test.run();
