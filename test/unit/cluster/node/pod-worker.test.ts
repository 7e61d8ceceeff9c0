import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock, type WallClock } from '../../../../src/base/clock.ts';
import { roleBundle } from '../../../../src/base/package.ts';
import type { NodeApi } from '../../../../src/cluster/node/api.ts';
import { isCritical, podObject } from '../../../../src/cluster/node/pod-object.ts';
import { type PodProgram, type PodReport, podWorker } from '../../../../src/cluster/node/pod-worker.ts';
import { appProtocol } from '../../../../src/workload/app/protocol.ts';
import { ingressProtocol } from '../../../../src/workload/ingress/protocol.ts';
import { within } from '../../../support/within.ts';
import { fakeClock } from '../control-plane/fake-clock.ts';
import '../../../support/bundles.ts';

interface Posted {
  readonly phase: string;
  readonly reason?: string;
  readonly containerStatuses: readonly [
    {
      readonly restartCount: number;
      readonly ready: boolean;
      readonly state: {
        running?: object;
        terminated?: { exitCode: number };
        waiting?: { reason: string };
      };
      readonly lastState: { terminated?: { exitCode: number } };
    },
  ];
}

const pod = podObject.parse({
  metadata: { name: 'app-1', namespace: 'midflight', uid: 'u1' },
  spec: { containers: [{ name: 'app', image: 'x' }] },
});

/** A pod of the app without a readiness probe, at an address of its own; every status that it posts is kept. */
function rig(
  timeScale: number,
  bundle = roleBundle('app'),
  heard: PodReport[] = [],
  {
    of = pod,
    startDelayMs = 0,
    clock = systemClock as WallClock,
    protocol = appProtocol as PodProgram['protocol'],
  } = {},
) {
  const posted: Posted[] = [];
  let count = 0;
  let wake = () => {};
  const api: NodeApi = {
    access: { getCurrentCluster: () => null, applyToHTTPSOptions: async () => {} },
    create: async () => {},
    patch: async () => {},
    patchIfThere: async (_path, content) => {
      posted.push((content as { status: Posted }).status);
      count += 1;
      wake();
    },
    remove: async () => {},
  };
  const host = '127.0.0.1';
  const config = { role: 'app', host, port: 0, node: 'n1', pod: 'app-1' };
  const worker = podWorker({
    pod: of,
    program: { protocol, bundle, config, startDelayMs },
    address: '10.0.0.1',
    hostAddress: host,
    dial: (port) => ({ host, port }),
    token: 'test-token',
    timeScale,
    api,
    clock,
    changed: () => wake(),
    message: (message) => {
      heard.push(message);
      wake();
    },
    failed: (what, error) => assert.unreachable(`${what}: ${error}`),
  });
  const until = (fits: (status: Posted) => boolean) => within('a status of the pod', posting(fits));
  const posting = async (fits: (status: Posted) => boolean) => {
    for (;;) {
      const found = posted.findIndex(fits);
      if (found !== -1) return posted.splice(0, found + 1).at(-1);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const hears = (count: number) =>
    within(
      'a message of the process',
      (async () => {
        while (heard.length < count)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      })(),
    );
  return { worker, until, hears, counts: () => count };
}

test('a process that dies by itself shows in the API: its end, then one restart more', async () => {
  const { worker, until } = rig(1000);
  await until(({ containerStatuses: [{ ready }] }) => ready);
  for (const restarts of [1, 2]) {
    process.kill(worker.pid ?? 0, 'SIGKILL');
    const dead = await until(({ containerStatuses: [{ state }] }) => state.terminated !== undefined);
    assert.is(dead?.containerStatuses[0].state.terminated?.exitCode, 137);
    assert.is(dead?.containerStatuses[0].ready, false);
    assert.is(dead?.containerStatuses[0].restartCount, restarts - 1);
    const again = await until(({ containerStatuses: [{ state }] }) => state.running !== undefined);
    assert.is(again?.containerStatuses[0].restartCount, restarts);
    assert.is(again?.containerStatuses[0].lastState.terminated?.exitCode, 137);
    await until(({ containerStatuses: [{ ready }] }) => ready);
  }
  await within('the end of the pod', worker.terminate(2000, { reason: 'Terminated' }));
  const last = await until(({ phase }) => phase === 'Failed');
  assert.equal([last?.reason, last?.containerStatuses[0].state.running], ['Terminated', undefined]);
  assert.is(worker.pid, null);
});

test('the back-off before a restart, and the times of a container, are those of the clock', async () => {
  const time = fakeClock();
  const slept: number[] = [];
  const clock: WallClock = {
    ...time,
    sleep(ms, signal) {
      slept.push(ms);
      return time.sleep(ms, signal);
    },
  };
  const { worker, until } = rig(20, undefined, undefined, { clock });
  const dies = async () => {
    await until(({ containerStatuses: [{ ready }] }) => ready);
    process.kill(worker.pid ?? 0, 'SIGKILL');
    return until(({ containerStatuses: [{ state }] }) => state.terminated !== undefined);
  };
  await dies();
  await time.advance(0); // the first restart comes at once
  await dies();
  await until(({ containerStatuses: [{ state }] }) => state.waiting?.reason === 'CrashLoopBackOff');
  assert.is(slept.at(-1), 500, '10 s, 20 times as fast');
  await time.advance(499);
  assert.is(worker.pid, null);
  await time.advance(1);
  const again = await until(({ containerStatuses: [{ state }] }) => state.running !== undefined);
  assert.equal(again?.containerStatuses[0].state.running, { startedAt: '2026-01-01T00:00:00.500Z' });
  await within('the end of the pod', worker.terminate(0));
});

const upstream = (port: number) => ({ type: 'upstream' as const, endpoints: [{ host: '127.0.0.1', port }] });
/** A process that reports the port of each upstream that it is told as a status. */
const echo = `
let text = '';
process.stdin.setEncoding('utf8').on('data', (more) => {
  text += more;
  const lines = text.split('\\n');
  text = lines.pop();
  for (const line of lines) {
    const message = JSON.parse(line);
    const at = { type: 'ingress', t: 0, pod: 'p', node: null, id: null, source: '', durationMs: null };
    const answer = message.type === undefined
      ? { type: 'ready', host: '127.0.0.1', port: 1, pingPort: 2 }
      : { ...at, status: message.endpoints[0].port };
    process.stdout.write(JSON.stringify(answer) + '\\n');
  }
});
`;

test('a status that somebody else has changed is posted again, and one that agrees is not', async () => {
  const { worker, until, counts } = rig(1000);
  await until(({ containerStatuses: [{ ready }] }) => ready);
  const held = (ready: string) =>
    podObject.parse({ ...pod, status: { conditions: [{ type: 'Ready', status: ready }] } });
  // The node controller marks the pods of a node that was silent.
  worker.seen(held('False'));
  const again = await until(({ phase }) => phase === 'Running');
  assert.is(again?.containerStatuses[0].ready, true);
  const before = counts();
  worker.seen(held('True'));
  worker.seen(pod); // the API holds nothing of it yet
  await within('the end of the pod', worker.terminate(0));
  worker.seen(held('True')); // it is ending: its last status is posted by whoever ends it
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(counts(), before);
});

test('what is sent reaches the process, and once more the one that is started in its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));
  const script = join(folder, 'echo.cjs');
  writeFileSync(script, echo);
  const heard: PodReport[] = [];
  const { worker, until, hears } = rig(1000, script, heard, { protocol: ingressProtocol });
  try {
    worker.send(upstream(1)); // before it runs
    worker.send(upstream(2)); // only the last of a type counts
    await hears(1);
    worker.send(upstream(3));
    await hears(2);
    process.kill(worker.pid ?? 0, 'SIGKILL');
    await until(({ containerStatuses: [{ restartCount }] }) => restartCount === 1);
    await hears(3);
    assert.equal(
      heard.flatMap((message) => (message.type === 'ingress' ? [message.status] : [])),
      [2, 3, 3],
    );
    await within('the end of the pod', worker.terminate(0));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a container that starts late runs from the start, listens later, and can be ended in between', async () => {
  const { worker, until } = rig(1, roleBundle('app'), [], { startDelayMs: 300 });
  const began = performance.now();
  const early = await until(({ containerStatuses: [{ state }] }) => state.running !== undefined);
  assert.equal([early?.containerStatuses[0].ready, worker.pid], [false, null]);
  await until(({ containerStatuses: [{ ready }] }) => ready);
  assert.ok(performance.now() - began >= 299);
  assert.is(worker.listeners.length, 1);
  await within('the end of the pod', worker.terminate(2000));
  const never = rig(1, roleBundle('app'), [], { startDelayMs: 3_600_000 });
  await never.until(({ containerStatuses: [{ state }] }) => state.running !== undefined);
  await within('the end of a pod that never listened', never.worker.terminate(2000));
});

const hooked = (seconds: number) =>
  podObject.parse({
    ...pod,
    spec: { containers: [{ name: 'app', image: 'x', lifecycle: { preStop: { sleep: { seconds } } } }] },
  });

test('the preStop hook lets the container serve on, then comes SIGTERM', async () => {
  const { worker, until } = rig(10, roleBundle('app'), [], { of: hooked(5) });
  await until(({ containerStatuses: [{ ready }] }) => ready);
  const began = performance.now();
  const ending = worker.terminate(3000);
  assert.is(worker.listeners.length, 1);
  const { pid } = worker;
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.is(worker.pid, pid, 'it still runs within the hook');
  await within('the end of the pod', ending);
  assert.ok(performance.now() - began >= 499, '5 s of the hook, ten times faster');
});

test('a grace period shorter than the hook ends the hook, and no grace leaves it out', async () => {
  for (const [graceMs, least] of [
    [100, 99],
    [0, 0],
  ] as const) {
    const { worker, until } = rig(1000, roleBundle('app'), [], { of: hooked(3_600_000) });
    await until(({ containerStatuses: [{ ready }] }) => ready);
    const began = performance.now();
    await within('the end of the pod', worker.terminate(graceMs));
    assert.ok(performance.now() - began >= least);
  }
});

test('asked again with a shorter grace, a pod in its hook ends by that', async () => {
  const { worker, until } = rig(1, roleBundle('app'), [], { of: hooked(3600) });
  await until(({ containerStatuses: [{ ready }] }) => ready);
  const first = worker.terminate(3_600_000);
  await within('the end of the pod', Promise.all([first, worker.terminate(50)]));
  assert.is(worker.pid, null);
});

test('what is critical to a node or the cluster is ended in the second half of a shutdown', () => {
  const critical = (priorityClassName?: string) =>
    isCritical({
      ...pod,
      spec: { ...pod.spec, ...(priorityClassName === undefined ? {} : { priorityClassName }) },
    });
  assert.equal(['system-node-critical', 'system-cluster-critical', 'high', undefined].map(critical), [
    true,
    true,
    false,
    false,
  ]);
});

test.run();
