import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { World } from '../../../../src/changes/change.ts';
import { kindNetwork } from '../../../../src/providers/kind/changes.ts';
import { type FakePrograms, fakePrograms } from '../../../support/fake-programs.ts';

const test = suite("kind's network");
let programs: FakePrograms;
test.after.each(() => programs.remove());

// It asks Docker alone: nothing of a cluster is touched.
const world = {} as World;
const target = { network: 'kind' } as const;
const undo = (existed: boolean) => kindNetwork.undo(world, { target, before: { existed }, wanted: {} });

test('whether it was there before decides: one of the user stays', async () => {
  programs = fakePrograms({ docker: 'exit 0' });
  assert.equal(await kindNetwork.look(world, target), { existed: true });
  assert.is((await undo(true)).result, 'already');
  assert.equal(programs.calls(), ['docker network inspect kind']);
});

test('one that came with the run goes with it', async () => {
  programs = fakePrograms({ docker: '[ "$2" != inspect ]' });
  assert.equal(await kindNetwork.look(world, target), { existed: false });
  assert.is((await undo(false)).result, 'restored');
  assert.ok(programs.calls().includes('docker network rm kind'));
});

test('one that other clusters use by now stays, and that is no error', async () => {
  programs = fakePrograms({ docker: 'echo "network kind has active endpoints" >&2; exit 1' });
  assert.is((await undo(false)).result, 'already');
});

test.run();
