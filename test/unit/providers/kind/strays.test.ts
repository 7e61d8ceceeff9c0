import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../../src/base/errors.ts';
import { claim, ownerOf, release } from '../../../../src/providers/kind/claims.ts';
import { userOfCluster } from '../../../../src/providers/kind/in-use.ts';
import { ownerMark } from '../../../../src/providers/kind/owner.ts';
import { kindStrays } from '../../../../src/providers/kind/strays.ts';
import { stateDir } from '../../../../src/providers/state-dir.ts';
import { type FakePrograms, fakePrograms } from '../../../support/fake-programs.ts';

const test = suite('leftovers of kind runs');
let programs: FakePrograms;
test.before.each(() => {
  // Three clusters of ours, and somebody else's.
  programs = fakePrograms({
    kind: '[ "$1" = get ] && printf "midflight-a\\nmidflight-b\\nmidflight-c\\nkind\\n"; exit 0',
    // The containers beside a cluster are there; of the deleted clusters' nodes none is left.
    docker: 'case "$*" in *dev.midflight.cluster*) [ "$1" = ps ] && echo container-of-$4;; esac; exit 0',
  });
});
test.after.each(() => programs.remove());

const files = () => readdirSync(stateDir()).filter((name) => name.startsWith('kind-'));
const deleted = () => programs.calls().filter((call) => call.startsWith('kind delete'));
const dead = spawnSync(process.execPath, ['-e', '']).pid;
const leave = (cluster: string, kept: boolean, pid = dead) =>
  writeFileSync(
    join(stateDir(), `kind-${cluster}.json`),
    JSON.stringify({ cluster, kept, pid, startTime: '1' }),
  );

/** Removes what is found by the notes; what was done. */
async function removeStrays(named: readonly string[] = []): Promise<string[]> {
  const done: string[] = [];
  for (const { what, remove } of await kindStrays(new Set(named), 'noted')) {
    const result = await remove();
    if (result !== undefined) done.push(`${what}: ${result}`);
  }
  return done;
}

test('a cluster whose run is dead goes, with its containers and its note', async () => {
  leave('midflight-a', false);
  assert.equal(await removeStrays(), ['the kind cluster midflight-a: removed']);
  assert.equal(deleted(), ['kind delete cluster --name midflight-a']);
  assert.ok(programs.calls().some((call) => /^docker rm -f container-of-.*midflight-a$/.test(call)));
  assert.equal(files(), []);
});

test('Docker is installed and not running: nothing of ours runs there; without a right to ask it is not known', async () => {
  const answering = (text: string) =>
    fakePrograms({
      kind: 'echo "kind asks docker, which fails" >&2; exit 1',
      docker: `echo '${text}' >&2; exit 1`,
    });
  programs.remove();
  programs = answering('Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?');
  assert.equal(await kindStrays(new Set(), 'all'), []);
  programs.remove();
  programs = answering('permission denied while trying to connect to the Docker daemon socket');
  let refused: unknown = null;
  await kindStrays(new Set(), 'all').catch((error: unknown) => {
    refused = error;
  });
  assert.instance(refused, MidflightError);
});

test('a process that only has the same id is not its owner', async () => {
  leave('midflight-a', false, process.pid);
  assert.is(ownerOf('midflight-a'), null);
  assert.equal(await removeStrays(), ['the kind cluster midflight-a: removed']);
});

test('a cluster that was to be kept stays, the containers of its dead run go', async () => {
  leave('midflight-b', true);
  assert.equal(await removeStrays(), ['containers beside midflight-b: 1 removed']);
  assert.equal(deleted(), []);
  assert.ok(programs.calls().some((call) => call.startsWith('docker rm -f')));
  assert.equal(files(), []);
});

test('clusters that live or that nobody noted are left alone', async () => {
  claim('midflight-c', false);
  assert.is(ownerOf('midflight-c'), process.pid);
  assert.equal(await removeStrays(), []);
  assert.equal(programs.calls(), []);
  release('midflight-c');
  assert.is(ownerOf('midflight-c'), null);
  assert.equal(files(), []);
});

test("what a journal names is the journal's to undo", async () => {
  leave('midflight-a', false);
  assert.equal(await removeStrays(['midflight-a']), []);
  assert.equal(deleted(), []);
  assert.is(files().length, 1);
  release('midflight-a');
});

test('nobody gets a cluster that another uses', () => {
  claim('midflight-a', true);
  try {
    claim('midflight-a', true);
    assert.unreachable('claimed twice');
  } catch (error) {
    assert.instance(error, MidflightError);
    assert.match(String(error), 'in use');
  } finally {
    release('midflight-a');
  }
});

test('a note that broke off is no hindrance', async () => {
  writeFileSync(join(stateDir(), 'kind-midflight-a.json'), '{"cluster":');
  assert.equal(await removeStrays(), []);
  assert.equal(files(), []);
});

/** Strays by every mark, with these lines of `docker ps` beside the clusters that kind names. */
async function foundBeside(clusters: readonly string[], lines: readonly string[]): Promise<string[]> {
  const echo = (all: readonly string[]) => all.map((one) => `echo "${one}"`).join('; ') || ':';
  programs.set('kind', `[ "$2" = clusters ] && { ${echo(clusters)}; }; exit 0`);
  programs.set(
    'docker',
    `case "$*" in *Label*) ${echo(lines)};; *inspect*Created*) echo 2020-01-01T00:00:00Z;; *ps*) echo id;; esac; exit 0`,
  );
  return (await kindStrays(new Set(), 'all')).map(({ what }) => what);
}

test('a cluster whose run has another state folder lives by the mark on its container', async () => {
  const cluster = 'midflight-run-1';
  assert.equal(await foundBeside([cluster], [`${cluster} ${ownerMark()}`]), []);
  assert.is(await userOfCluster(cluster), `process ${process.pid}`);
  const ended = `${cluster} ${dead}:1:${hostname()}`;
  assert.equal(await foundBeside([cluster], [ended]), [`the kind cluster ${cluster}`]);
  assert.is(await userOfCluster(cluster), null);
});

test('whether a process of another host lives nobody here knows: its cluster is left alone', async () => {
  const cluster = 'midflight-run-1';
  assert.equal(await foundBeside([cluster], [`${cluster} ${dead}:1:elsewhere`]), []);
  assert.is(await userOfCluster(cluster), `process ${dead} on elsewhere`);
});

if (process.platform === 'linux') {
  test('a cluster that another midflight is making just now is in use', async () => {
    const cluster = 'midflight-run-1';
    const words = ['kind', 'create', 'cluster', '--name', cluster];
    const maker = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', ...words]);
    try {
      await once(maker, 'spawn');
      assert.equal(await foundBeside([cluster], []), []);
      assert.is(await userOfCluster(cluster), `process ${maker.pid}`);
    } finally {
      maker.kill('SIGKILL');
      await once(maker, 'close');
    }
    assert.equal(await foundBeside([cluster], []), [`the kind cluster ${cluster}`]);
  });
}

test('if kind does not answer, nothing is assumed to be gone', async () => {
  leave('midflight-a', false);
  programs.set('kind', 'echo "no docker" >&2; exit 1');
  try {
    await removeStrays();
    assert.unreachable('resolved');
  } catch (error) {
    assert.match(String(error), 'no docker');
  }
  assert.is(files().length, 1);
});

test.run();
