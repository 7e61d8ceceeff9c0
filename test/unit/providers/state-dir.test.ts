import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { isAlive, newToken } from '../../../src/providers/processes.ts';
import { forgetRun, lockSubnet, noteRun, stateDir, unlockSubnet } from '../../../src/providers/state-dir.ts';
import { strays } from '../../../src/providers/strays.ts';
import { skipped } from '../../support/skip.ts';

/** Removes what dead runs noted; returns how many processes that ended. */
async function reap(): Promise<number> {
  let ended = 0;
  for (const { what, remove } of await strays({ marks: 'noted', clusters: [] })) {
    assert.match(what, /^processes of the run midflight-/);
    ended += Number.parseInt((await remove()) ?? '0', 10);
  }
  return ended;
}

const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));
process.env.MIDFLIGHT_STATE_DIR = folder;

test('of two that want a network one gets it', () => {
  assert.is(lockSubnet('127.77.1'), true);
  assert.is(lockSubnet('127.77.1'), false);
  unlockSubnet('127.77.1');
  assert.is(lockSubnet('127.77.1'), true);
  unlockSubnet('127.77.1');
});

/** A program that waits, at a path of its own: `dist/roles/app.mjs` is what one of ours has. */
function program(path: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'setInterval(() => {}, 1000);');
  return file;
}
const ours = program('dist/roles/app.mjs');

async function started(...args: string[]) {
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await once(child, 'spawn');
  return child;
}

/** The file of a run whose owner is gone: an id that was used by a process which began at another time. */
function leftBehind(token: string, startTime = '1') {
  const run = { token, pid: process.pid, startTime, subnet: '127.77.3' };
  writeFileSync(join(stateDir(), `${token}.json`), JSON.stringify(run));
}

test('what a dead run left is ended and removed; a living one is left alone', async () => {
  const token = newToken();
  const living = newToken();
  const orphan = await started(ours, token);
  orphan.kill('SIGSTOP');
  try {
    noteRun(living, '127.77.2');
    lockSubnet('127.77.2');
    leftBehind(token);
    writeFileSync(join(stateDir(), '127.77.3.lock'), `${process.pid} 1\n`);
    const gone = once(orphan, 'exit');
    assert.is(await reap(), 1);
    await gone;
    assert.not.ok(isAlive(orphan.pid ?? -1));
    assert.equal(readdirSync(stateDir()).sort(), ['127.77.2.lock', `${living}.json`]);
  } finally {
    orphan.kill('SIGKILL');
    forgetRun(living, '127.77.2');
  }
  assert.equal(readdirSync(stateDir()), []);
});

test('a planted file ends no process that is not ours for certain', async () => {
  const token = newToken();
  const strangers = await Promise.all([
    started('-e', 'setInterval(() => {}, 1000)', token), // the token alone
    started(program('other/app.mjs'), token), // another program
    started(ours, 'serve', token), // the token elsewhere
    started(ours, `x${token}`), // more than the token
    started(ours, 'midflight-'),
  ]);
  try {
    leftBehind(token);
    writeFileSync(join(stateDir(), 'midflight-.json'), readFileSync(join(stateDir(), `${token}.json`)));
    assert.is(await reap(), 0);
    const older = await started(ours, token);
    strangers.push(older);
    leftBehind(token, String(Number.MAX_SAFE_INTEGER));
    if (process.platform === 'linux')
      assert.is(await reap(), 0, 'it began before the run that is said to own it');
    for (const { pid = -1 } of strangers) assert.ok(isAlive(pid));
  } finally {
    for (const child of strangers) child.kill('SIGKILL');
  }
  assert.equal(readdirSync(stateDir()), []);
});

test('a file that is a link, or another user made, is not believed', async () => {
  const token = newToken();
  const child = await started(ours, token);
  const elsewhere = join(folder, 'planted.json');
  const file = join(stateDir(), `${token}.json`);
  try {
    leftBehind(token);
    renameSync(file, elsewhere);
    symlinkSync(elsewhere, file);
    assert.is(await reap(), 0);
    if (process.getuid?.() === 0) {
      leftBehind(token);
      chownSync(file, 65_534, 65_534);
      assert.is(await reap(), 0);
    }
    assert.ok(isAlive(child.pid ?? -1));
  } finally {
    child.kill('SIGKILL');
  }
});

/** What stateDir() says of a folder that was made before. */
function refusal(name: string, make: (folder: string) => void): string {
  const base = join(folder, name);
  mkdirSync(base);
  make(join(base, `midflight-${process.getuid?.() ?? -1}`));
  process.env.MIDFLIGHT_STATE_DIR = base;
  return refusalAt(base);
}

function refusalAt(base: string): string {
  process.env.MIDFLIGHT_STATE_DIR = base;
  try {
    stateDir();
    return 'taken';
  } catch (error) {
    assert.instance(error, MidflightError);
    const { code, where = '', hint, message } = error as MidflightError;
    assert.is(code, 'missing-requirement');
    assert.ok(where.startsWith(base) && hint?.includes('MIDFLIGHT_STATE_DIR'), 'where, and what to do');
    return message;
  } finally {
    process.env.MIDFLIGHT_STATE_DIR = folder;
  }
}

test('a state folder that others can write to, or that is not ours, is refused', () => {
  assert.is(
    refusal('open', (path) => {
      mkdirSync(path);
      chmodSync(path, 0o777);
    }),
    'the state folder has mode 0777, not 0700: others may have changed it',
  );
  assert.is(
    refusal('link', (path) => {
      mkdirSync(join(folder, 'target'), 0o700);
      symlinkSync(join(folder, 'target'), path);
    }),
    'the state folder is a symbolic link',
  );
  assert.match(
    refusal('file', (path) => writeFileSync(path, '')),
    'the state folder cannot be made',
  );
  if (process.getuid?.() !== 0)
    skipped('root', 'a state folder of another user', 'only root can give one away');
  else {
    assert.is(
      refusal('foreign', (path) => {
        mkdirSync(path, 0o700);
        chownSync(path, 65_534, 65_534);
      }),
      'the state folder belongs to another user (uid 65534)',
    );
  }
});

test('a state folder that cannot be made is reported at once', () => {
  if (process.platform === 'linux')
    assert.match(refusalAt('/proc/midflight'), 'the state folder cannot be made');
  assert.match(refusalAt(join(ours, 'below-a-file')), 'the state folder cannot be made');
});

test('a damaged file ends no process', async () => {
  writeFileSync(join(stateDir(), 'midflight-x.json'), '{"token":"","pid":1,"startTime":"","subnet":null}');
  writeFileSync(join(stateDir(), 'midflight-y.json'), '{"token":');
  assert.is(await reap(), 0);
  assert.equal(readdirSync(stateDir()), []);
});

test('things that are not a run of ours are left alone', async () => {
  const others = join(stateDir(), 'cluster.json');
  writeFileSync(others, '{}');
  assert.is(await reap(), 0);
  assert.equal(readdirSync(stateDir()), ['cluster.json']);
  rmSync(others);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

test.run();
