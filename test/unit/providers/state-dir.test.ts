import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isAlive } from '../../../src/providers/processes.ts';
import {
  enrol,
  lockSubnet,
  reap,
  stateDir,
  strikeOff,
  unlockSubnet,
} from '../../../src/providers/state-dir.ts';

const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));
process.env.MIDFLIGHT_STATE_DIR = folder;

test('of two that want a network one gets it', () => {
  assert.is(lockSubnet('127.77.1'), true);
  assert.is(lockSubnet('127.77.1'), false);
  unlockSubnet('127.77.1');
  assert.is(lockSubnet('127.77.1'), true);
  unlockSubnet('127.77.1');
});

test('what a dead run left is ended and removed; a living one is left alone', async () => {
  const token = `midflight-test${process.pid}abcdef`;
  const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', token], { stdio: 'ignore' });
  await once(orphan, 'spawn');
  orphan.kill('SIGSTOP');
  try {
    enrol('midflight-living', '127.77.2');
    lockSubnet('127.77.2');
    // The owner: an id that was used by a process which began at another time.
    writeFileSync(
      join(stateDir(), `${token}.json`),
      JSON.stringify({ token, pid: process.pid, startTime: '1', subnet: '127.77.3' }),
    );
    writeFileSync(join(stateDir(), '127.77.3.lock'), `${process.pid} 1\n`);
    const gone = once(orphan, 'exit');
    assert.is(reap(), 1);
    await gone;
    assert.not.ok(isAlive(orphan.pid ?? -1));
    assert.equal(readdirSync(stateDir()).sort(), ['127.77.2.lock', 'midflight-living.json']);
  } finally {
    orphan.kill('SIGKILL');
    strikeOff('midflight-living', '127.77.2');
  }
  assert.equal(readdirSync(stateDir()), []);
});

test('a damaged file ends nobody', () => {
  writeFileSync(join(stateDir(), 'midflight-x.json'), '{"token":"","pid":1,"startTime":"","subnet":null}');
  writeFileSync(join(stateDir(), 'midflight-y.json'), '{"token":');
  assert.is(reap(), 0);
  assert.equal(readdirSync(stateDir()), []);
});

test('what is not a run of ours is left alone', () => {
  const others = join(stateDir(), 'cluster.json');
  writeFileSync(others, '{}');
  assert.is(reap(), 0);
  assert.equal(readdirSync(stateDir()), ['cluster.json']);
  rmSync(others);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

test.run();
