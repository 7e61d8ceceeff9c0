import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { controlPlaneConfig } from '../../../../../src/cluster/control-plane/config.ts';
import { createContext } from '../../../../../src/cluster/control-plane/control-plane.ts';
import {
  type Controller,
  runControllers,
} from '../../../../../src/cluster/control-plane/controllers/controller.ts';
import { fakeClock } from '../fake-clock.ts';

const timers = {
  nodeMonitorGraceMs: 50_000,
  nodeMonitorPeriodMs: 5000,
  leaseRenewMs: 10_000,
  podEvictionMs: 300_000,
};

/** Controllers over an empty store; `add` makes a node, which they watch. */
function rig(sync: (rig: { add(): void; stop(): void; syncs: number }) => number | undefined) {
  const clock = fakeClock();
  const slept: number[] = [];
  const config = controlPlaneConfig.parse({
    role: 'control-plane',
    host: '127.0.0.1',
    port: 0,
    timeScale: 1,
    timers,
  });
  const context = createContext(config, {
    clock: {
      ...clock,
      sleep(ms, signal) {
        slept.push(ms);
        return clock.sleep(ms, signal);
      },
    },
    wall: clock.wall,
  });
  const errors: string[] = [];
  let made = 0;
  const self = {
    syncs: 0,
    stop: () => {},
    add: () => void createObject(context, 'nodes', undefined, { metadata: { name: `n${made++}` } }),
  };
  const controller: Controller = {
    name: 'one',
    watches: ['nodes'],
    sync() {
      self.syncs += 1;
      return sync(self);
    },
  };
  const manager = runControllers(context, [controller], (name, error) => errors.push(`${name}: ${error}`));
  self.stop = manager.stop;
  return { self, clock, slept, errors, manager };
}

test('it runs at the start, and once for all changes of one turn', async () => {
  const { self, clock } = rig(() => undefined);
  assert.is(self.syncs, 1);
  for (let count = 0; count < 3; count++) self.add();
  assert.is(self.syncs, 1);
  await clock.advance(0);
  assert.is(self.syncs, 2);
});

test('a loop that never rests lets everything else have its turn', async () => {
  let others: number | null = null;
  const { self, errors } = rig((own) => {
    // Without this end a failure would hang.
    if (own.syncs < 2000) own.add();
    return undefined;
  });
  await new Promise<void>((resolve) =>
    setImmediate(() => {
      others = self.syncs;
      resolve();
    }),
  );
  self.stop();
  assert.equal(errors, []);
  assert.ok(others !== null && others <= 200, `only after ${others} syncs`);
});

test('it runs again after the time that it returns, and a second after it has failed', async () => {
  const { self, clock, errors } = rig((own) => {
    if (own.syncs === 2) throw new Error('no');
    return own.syncs === 1 ? 5000 : undefined;
  });
  await clock.advance(4999);
  assert.is(self.syncs, 1);
  await clock.advance(1);
  assert.equal([self.syncs, errors], [2, ['one: Error: no']]);
  await clock.advance(1000);
  assert.is(self.syncs, 3);
  await clock.advance(60_000);
  assert.is(self.syncs, 3);
});

test('after stop nothing runs: not what was due, not when it is asked to, not after its time', async () => {
  const { self, clock, manager } = rig(() => 1000);
  self.add();
  manager.stop();
  self.add();
  manager.settle();
  await clock.advance(5000);
  assert.is(self.syncs, 1);
});

test('one that is stopped while it runs leaves no timer behind, which would keep the process', async () => {
  const { self, slept, clock } = rig((own) => {
    if (own.syncs === 2) own.stop();
    return own.syncs === 2 ? 1000 : undefined;
  });
  self.add();
  await clock.advance(0);
  assert.equal([self.syncs, slept], [2, []]);
});

test.run();
