import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SessionUser } from '../../../../src/load/http/session.ts';
import { reusedHttp2Lane } from '../../../../src/load/probe/http2-lanes.ts';
import type { Sending } from '../../../../src/load/probe/lanes.ts';
import { probeAt, targetAt } from '../../../support/load.ts';

const ms = 1e6;

/** The lane on sessions that do what the test says; each is listed with what became of it. */
function rig() {
  let now = 0;
  const sessions: { users: SessionUser[]; connected: boolean; destroyed: boolean; busy: number }[] = [];
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const config = probeAt(targetAt('127.0.0.1', 1), { http: '2', timeoutMs: 400, holdMs: 1000 });
  const lane = reusedHttp2Lane(config, clock, () => {
    const one = { users: [] as SessionUser[], connected: false, destroyed: false, busy: 0 };
    sessions.push(one);
    return {
      local: '127.0.0.1:50000',
      get connected() {
        return one.connected;
      },
      get open() {
        return !one.destroyed;
      },
      get busy() {
        return one.busy;
      },
      request(_headers, user) {
        one.users.push(user);
        one.busy += 1;
        return () => {
          one.busy -= 1;
        };
      },
      breached: () => Promise.resolve(false),
      release() {},
      destroy() {
        one.destroyed = true;
      },
    };
  });
  const outcomes: string[] = [];
  const send = () => {
    const sending: Sending = {
      id: 'a',
      load: 'probe',
      trial: 0,
      kind: 'probe',
      lane: 'reused',
      dueAt: now,
      startedAt: now,
      expectStatus: 200,
      numbered: false,
      connectBy: now + 400 * ms,
      onEnd: ({ outcome }) => outcomes.push(outcome),
    };
    return lane.send(sending);
  };
  const connect = (index: number) => {
    const session = sessions[index];
    if (session === undefined) return assert.unreachable(`no session ${index}`);
    session.connected = true;
    for (const user of session.users) user.connected(now);
  };
  return { sessions, outcomes, send, connect, at: (then: number) => (now = then * ms) };
}

test('a connection that took longer than a probe may is not used again', () => {
  const { sessions, outcomes, send, connect, at } = rig();
  send();
  at(700);
  connect(0);
  assert.equal(outcomes, ['slow-connect']);
  send();
  assert.is(sessions.length, 2);
  assert.is(sessions[0]?.destroyed, true, 'nothing is left open');
});

test('a connection that was given up before it was made is not used once it is', () => {
  const { sessions, outcomes, send, connect, at } = rig();
  const request = send();
  at(1000);
  request.giveUp(1000 * ms, 'connect-timeout');
  assert.equal(outcomes, ['connect-timeout']);
  connect(0);
  send();
  assert.is(sessions.length, 2);
});

test('a connection that was made in time is used again', () => {
  const { sessions, outcomes, send, connect, at } = rig();
  send();
  at(300);
  connect(0);
  sessions[0]?.users[0]?.whole();
  send();
  assert.equal([sessions.length, outcomes.length], [1, 1]);
});

test.run();
