import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { adviceOf } from '../../../../src/base/errors.ts';
import { restartAt } from '../../../../src/providers/kind/address.ts';
import { type FakePrograms, fakePrograms } from '../../../support/fake-programs.ts';

/* Docker as far as it gives out addresses: each container is a file that holds the last part of its own. */
const test = suite('address of a node that is started again');
let programs: FakePrograms;
test.after.each(() => programs.remove());

const placeholders = { cluster: 'midflight-1', image: 'node:24-slim' };
const restart = () => restartAt('n1', '172.18.0.5', placeholders, 'docker restart n1');

/** Containers by name with the last part of their address; n1 is paused at .5. `more` runs before each command. */
function docker(containers: Record<string, number>, more = '') {
  programs = fakePrograms({});
  const folder = join(programs.folder, 'addresses');
  programs.set(
    'docker',
    `mkdir -p ${folder}; cd ${folder}
give() { for free in 2 3 4 5 6 7 8 9; do grep -qx $free * 2>/dev/null || { echo $free > $1; break; }; done; }
${more}
case "$1" in
  run) name=holder$(wc -l < ../calls); give $name; echo $name;;
  kill) rm -f $2;;
  start) give $2;;
  rm) shift 2; rm -f "$@";;
  inspect) echo 172.18.0.$(cat $4);;
  network) for name in *; do echo "$name 172.18.0.$(cat $name)/16"; done;;
  put) echo $3 > $2;;
  list) for name in *; do echo "$name $(cat $name)"; done;;
esac`,
  );
  for (const [name, part] of Object.entries(containers)) call('put', name, String(part));
}
const call = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' });
const present = () => call('list').trim().split('\n');

test('nothing changed meanwhile: the lowest free address is its own', async () => {
  docker({ a: 2, b: 3, c: 4, n1: 5, d: 6 });
  await restart();
  assert.equal(present(), ['a 2', 'b 3', 'c 4', 'd 6', 'n1 5']);
});

test('addresses below that were left meanwhile are taken while it starts, and given back', async () => {
  docker({ b: 3, n1: 5 });
  await restart();
  assert.equal(present(), ['b 3', 'n1 5']);
  assert.is(programs.calls().filter((line) => line.startsWith('docker start')).length, 1, 'at once');
});

test('another container that starts in between takes its address: it is tried again', async () => {
  docker(
    { n1: 5 },
    '[ "$1" = start ] && [ ! -e ../taken ] && { touch ../taken; give other; }; [ "$1" = rm ] && rm -f other',
  );
  await restart();
  assert.equal(present(), ['n1 5']);
});

test('the holder of its address is reported, and nothing of ours is left', async () => {
  docker({ a: 2, b: 3, c: 4, n1: 5 }, '[ "$1" = start ] && [ ! -e other ] && give other');
  try {
    await restart();
    assert.unreachable('resolved');
  } catch (error) {
    assert.match(
      adviceOf(error),
      /n1 came back as 172\.18\.0\.7; it was 172\.18\.0\.5, which other has now \(midflight cluster down/,
    );
  }
  assert.equal(present(), ['a 2', 'b 3', 'c 4', 'n1 7', 'other 5']);
});

test.run();
