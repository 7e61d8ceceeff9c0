import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Message, RoleHandle } from '../../../../src/base/role.ts';
import { containerClock, ofWall, onOurClock } from '../../../../src/providers/kind/clock.ts';
import { movedMessage } from '../../../../src/providers/message-times.ts';
import { type FakePrograms, fakePrograms } from '../../../support/fake-programs.ts';

const test = suite('clock of the containers');
let programs: FakePrograms | null = null;
test.after.each(() => programs?.remove());

const now = () => Number(process.hrtime.bigint());
/** `docker exec -i NAME PROGRAM...` on this machine. */
const here = 'shift 3; exec "$@"';

test('the offset of this machine from itself is within the error it reports', async () => {
  programs = fakePrograms({ docker: here });
  const { offsetNs, errorNs } = await containerClock('some-edge', now);
  assert.ok(Math.abs(offsetNs) <= errorNs, `${offsetNs} within ${errorNs}`);
  assert.match(programs.calls()[0] ?? '', 'docker exec -i some-edge node');
});

test('another clock is found, however long it takes to answer', async () => {
  programs = fakePrograms({ docker: here });
  const hour = 3600e9;
  const { offsetNs, errorNs } = await containerClock('some-edge', () => now() + hour);
  assert.ok(Math.abs(offsetNs - hour) <= errorNs, `${offsetNs}`);
});

test('its wall clock is read with it, so that an instant that a shell wrote down is known on ours', async () => {
  programs = fakePrograms({ docker: here });
  const hour = 3600e9;
  const clock = await containerClock('some-edge', () => now() + hour);
  const wallNs = Date.now() * 1e6;
  const expected = now() + hour;
  assert.ok(
    Math.abs(ofWall(wallNs, clock) - expected) < 20e6,
    `${ofWall(wallNs, clock) - expected} ns beside it`,
  );
});

test('an instant by the wall clock is moved by the offset unless that is within its error', () => {
  const clock = { offsetNs: 40, errorNs: 50, wallAheadNs: 1000 };
  assert.is(ofWall(1500, clock), 500);
  assert.is(ofWall(1500, { ...clock, offsetNs: 60 }), 560);
});

test('a container that is not there is an error, not a wait', async () => {
  programs = fakePrograms({ docker: 'exit 1' });
  try {
    await containerClock('some-edge', now);
    assert.unreachable('resolved');
  } catch (error) {
    assert.match(String(error), 'some-edge does not report its clock');
  }
});

test('every time of a message is moved, and nothing else', () => {
  const message = {
    type: 'end',
    t: 10,
    dueAt: 4,
    connectedAt: null,
    id: 'a',
    status: 200,
    longestSilenceNs: 7,
  };
  assert.equal(movedMessage(message, 100), { ...message, t: 110, dueAt: 104 });
});

test('the clock of a role is shifted only if the offset exceeds its error', () => {
  const heard = (offsetNs: number) => {
    const got: Message[] = [];
    const handle: RoleHandle = {
      role: 'probe',
      name: 'probe',
      ready: { type: 'ready' },
      send: () => {},
      onMessage(handler) {
        handler({ type: 'start', t: 5 });
        return () => {};
      },
      stop: async () => {},
      exited: new Promise(() => {}),
    };
    onOurClock(handle, { offsetNs, errorNs: 50 }).onMessage((message) => got.push(message));
    return got[0]?.t;
  };
  assert.is(heard(50), 5);
  assert.is(heard(-50), 5);
  assert.is(heard(51), 56);
  assert.is(heard(-51), -46);
});

test.run();
