import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cliFile, type Ended, processesWith, sandbox } from '../support/cli.ts';
import { quickScenario } from '../support/quick-scenario.ts';
import { skipped } from '../support/skip.ts';

/* What the user's machine may refuse: exit code 3 or 64 with the path and what to do, never 70, nothing left behind. */

const box = sandbox();
const scenario = quickScenario(box, {
  streamsLast: '60s',
  policies: 'Cluster',
  timeScale: 20,
  more: 'observe: short\n',
});
const isRoot = process.getuid?.() === 0;

/** A shell line, with the command line in $M and the scenario in $S; ended by SIGKILL after `limitMs`. */
function shell(line: string, env: NodeJS.ProcessEnv = {}, limitMs = 60_000): Promise<Ended> {
  const began = performance.now();
  const child = spawn('sh', ['-c', line], {
    cwd: box.folder,
    env: { ...box.env, M: `${process.execPath} ${cliFile}`, S: scenario, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limitMs);
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...text, seconds: (performance.now() - began) / 1000 });
    });
  });
}

function refused({ code, signal, stderr, stdout }: Ended, about: string, codes = [3, 64]): void {
  const all = stdout + stderr;
  assert.ok(codes.includes(code ?? -1), `${about}: exit ${code} ${signal}\n${all}`);
  assert.not.match(all, /defect of midflight|\n +at /);
  assert.ok(all.replaceAll(/\s+/g, ' ').includes(about), `names ${about}:\n${all}`);
}

/** A small disk of its own; false where none can be mounted. */
function mounted(name: string, options: string): string | null {
  const folder = join(box.folder, name);
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
    mounts.push(folder);
    return folder;
  } catch {
    skipped('root', `${name}: a disk of its own`, 'no file system can be mounted here');
    return null;
  }
}
const mounts: string[] = [];

test('a temporary folder that cannot be made, or is read-only', async () => {
  if (process.platform === 'linux') {
    const started = await shell('$M run $S --quiet --out proc', { MIDFLIGHT_STATE_DIR: '/proc/midflight' });
    refused(started, '/proc/midflight', [3]);
    const interrupted = await shell(
      '$M run $S --quiet --out proc & sleep 2; kill -TERM $! 2>/dev/null; wait $!',
      { MIDFLIGHT_STATE_DIR: '', TMPDIR: '/proc/x' },
      20_000,
    );
    refused(interrupted, '/proc/x', [3]);
  }
  const disk = mounted('read-only', 'size=64k,ro');
  if (disk === null) return;
  refused(await shell('$M run $S --quiet --out ro', { MIDFLIGHT_STATE_DIR: disk }), disk, [3]);
  refused(await shell(`$M run $S --quiet --out ${disk}/out`), `${disk}/out`);
});

test('a state folder that is not ours, or open to others', async () => {
  const state = join(box.folder, 'planted');
  const own = join(state, `midflight-${process.getuid?.()}`);
  mkdirSync(own, { recursive: true });
  chmodSync(own, 0o777);
  refused(await shell('$M run $S --quiet --out open', { MIDFLIGHT_STATE_DIR: state }), own, [3]);
  if (!isRoot) return skipped('root', 'a state folder of another user', 'only root can give one away');
  chmodSync(own, 0o700);
  chownSync(own, 65_534, 65_534);
  refused(await shell('$M run $S --quiet --out foreign', { MIDFLIGHT_STATE_DIR: state }), own, [3]);
});

test('a disk that fills up while it runs', async () => {
  const disk = mounted('full', 'size=48k');
  if (disk === null) return;
  const ended = await shell(`$M run $S --quiet --out ${disk}/out`);
  refused(
    ended,
    `${disk}/out/history.ndjson: the history cannot be written: no space is left on the disk`,
    [3],
  );
  assert.not.match(ended.stdout, 'report.html');
  assert.not.ok(readdirSync(join(disk, 'out')).some((name) => name.endsWith('.part')));
  const again = await shell(`$M report ${disk}/out`);
  const told = (again.stdout + again.stderr).replaceAll(/\s+/g, ' ');
  assert.is(again.code, 3, told);
  assert.match(told, 'the history cannot be written: no space is left on the disk');
  assert.not.match(told, /killed|interrupted/);
});

test('a disk that is full when the report is written', async () => {
  const disk = mounted('nearly-full', 'size=2m');
  if (disk === null) return;
  // The history fits, what is left of the disk holds no report.
  const fill = `sleep 3; dd if=/dev/zero of=${disk}/filler bs=4k 2>/dev/null`;
  const ended = await shell(`(${fill}) & $M run $S --quiet --out ${disk}/out; code=$?; wait; exit $code`);
  refused(ended, 'no space is left on the disk', [3]);
  const left = readdirSync(join(disk, 'out'));
  assert.not.ok(
    left.some((name) => name.endsWith('.part')),
    left.join(),
  );
  if (!left.includes('report.html')) assert.not.match(ended.stdout, 'report.html');
});

test('a limit on the size of files', async () => {
  // In units of 512 bytes; SIGXFSZ is ignored by node, so that writing fails.
  refused(
    await shell('ulimit -f 40; $M run $S --quiet --out limited'),
    'larger than is allowed (EFBIG)',
    [3],
  );
});

test('standard output that is full, closed, or whose reader has gone', async () => {
  if (process.platform === 'linux') {
    for (const line of [
      '$M --help >/dev/full',
      '$M run $S --dry-run >/dev/full',
      '$M run $S --dry-run --json >/dev/full',
    ]) {
      refused(await shell(line), 'standard output: the result cannot be written: no space is left', [3]);
    }
  }
  for (const line of ['$M --help >&-', '$M run $S --dry-run >&- 2>&-', '$M run $S --dry-run | head -1']) {
    const { code, stderr } = await shell(line);
    assert.equal([code, stderr], [0, ''], line);
  }
  const gone = await shell('$M run $S --out gone 2>/dev/full >/dev/full');
  assert.is(gone.code, 3);
  assert.ok(
    readFileSync(join(box.folder, 'gone', 'report.json'), 'utf8').includes('"outcome"'),
    'its report is there',
  );
});

test('too few file descriptors', async () => {
  refused(await shell('ulimit -n 40; $M run $S --quiet --out few'), 'too many open files', [3]);
});

test('a signal that comes while midflight is still being loaded', async () => {
  const preload = join(box.folder, 'signal.mjs');
  // As soon as anybody listens: nothing of the command line has been read by then.
  writeFileSync(
    preload,
    `const wait = () => process.listenerCount('SIGTERM') > 0 ? process.kill(process.pid, 'SIGTERM') : setImmediate(wait);
setImmediate(wait);`,
  );
  const { code, stdout } = await shell('$M run $S --quiet --out early', {
    NODE_OPTIONS: `--import ${preload}`,
  });
  assert.equal([code, stdout], [130, '']);
  assert.not.ok(existsSync(join(box.folder, 'early')), 'nothing was started');
});

test.after(() => {
  for (const folder of mounts) execFileSync('umount', [folder]);
  const left = processesWith([box.folder]);
  box.remove();
  assert.equal(left, [], 'no process is left');
});

test.run();
