import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../../src/base/errors.ts';
import { claim, ownerOf, release, removeLeftovers } from '../../../../src/providers/kind/leftovers.ts';
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

test('a cluster whose run is dead goes, with its containers and its note', async () => {
  leave('midflight-a', false);
  assert.equal(await removeLeftovers(), ['midflight-a']);
  assert.equal(deleted(), ['kind delete cluster --name midflight-a']);
  assert.ok(programs.calls().some((call) => /^docker rm -f container-of-.*midflight-a$/.test(call)));
  assert.equal(files(), []);
});

test('a process that only has the same id is not its owner', async () => {
  leave('midflight-a', false, process.pid);
  assert.is(ownerOf('midflight-a'), null);
  assert.equal(await removeLeftovers(), ['midflight-a']);
});

test('a cluster that was to be kept stays, the containers of its dead run go', async () => {
  leave('midflight-b', true);
  assert.equal(await removeLeftovers(), []);
  assert.equal(deleted(), []);
  assert.ok(programs.calls().some((call) => call.startsWith('docker rm -f')));
  assert.equal(files(), []);
});

test('clusters that live or that nobody noted are left alone', async () => {
  claim('midflight-c', false);
  assert.is(ownerOf('midflight-c'), process.pid);
  assert.equal(await removeLeftovers(), []);
  assert.equal(programs.calls(), ['kind get clusters']);
  release('midflight-c');
  assert.is(ownerOf('midflight-c'), null);
  assert.equal(files(), []);
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
  assert.equal(await removeLeftovers(), []);
  assert.equal(files(), []);
});

test('where kind does not answer nothing is taken for gone', async () => {
  leave('midflight-a', false);
  programs.set('kind', 'echo "no docker" >&2; exit 1');
  try {
    await removeLeftovers();
    assert.unreachable('resolved');
  } catch (error) {
    assert.match(String(error), 'no docker');
  }
  assert.is(files().length, 1);
});

test.run();
