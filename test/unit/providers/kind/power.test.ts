import type { CoordinationV1Api, CoreV1Api } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { adviceOf, MidflightError } from '../../../../src/base/errors.ts';
import { kindPower } from '../../../../src/providers/kind/power.ts';
import { type FakePrograms, fakePrograms } from '../../../support/fake-programs.ts';

/*
 * What is asked of Docker, and in which order. That it has the wanted effect is shown by test/conformance on a real cluster.
 */
const test = suite('power of a kind node');
let programs: FakePrograms;
test.after.each(() => programs.remove());

const address = '172.18.0.4';
/** Docker as it should be; a DROP rule's command answers with the wall time, as `date +%s%N` does. */
const docker = `case "$1" in exec) date +%s%N;; run) echo holder;; inspect) [ "$4" = holder ] && echo 172.18.0.9 || echo ${address};; esac`;

const condition = (type: string) => ({ type, status: 'True' });
const pod = (startedAt: Date) => ({
  metadata: { name: 'traefik', namespace: 'midflight' },
  status: {
    phase: 'Running',
    conditions: [condition('Ready')],
    containerStatuses: [{ containerID: 'containerd://abc', state: { running: { startedAt } } }],
  },
});

/** A node that is Ready with a lease renewed now, and one pod, started `podStarted`. */
function power(podStarted = new Date(Date.now() + 60_000), signal = new AbortController().signal) {
  const core = {
    readNode: async () => ({ status: { conditions: [condition('Ready')] } }),
    listPodForAllNamespaces: async () => ({ items: [pod(podStarted)] }),
    readNamespacedPod: async () => pod(podStarted),
  } as unknown as CoreV1Api;
  const coordination = {
    readNamespacedLease: async () => ({ spec: { renewTime: new Date(Date.now() + 60_000) } }),
  } as unknown as CoordinationV1Api;
  const options = { core, coordination, now, signal, placeholders };
  return kindPower({ ...options, clock: async () => clock() });
}

const now = () => performance.now() * 1e6;
const placeholders = { cluster: 'midflight-1', image: 'node:24-slim' };
let virtualMachine = { offsetNs: 0, behindNs: 0 };
/** Docker's machine: its monotonic clock and, by `behindNs`, its wall clock are others than ours. */
const clock = () => {
  const { offsetNs, behindNs } = virtualMachine;
  return { offsetNs, errorNs: 1, wallAheadNs: Date.now() * 1e6 - behindNs - (now() - offsetNs) };
};
test.after.each(() => {
  virtualMachine = { offsetNs: 0, behindNs: 0 };
});

/** First words of each call. */
const calls = () => programs.calls().map((call) => call.split(' ').slice(0, 2).join(' '));

test('power-off: silence before the pause, counted from right before the silence', async () => {
  programs = fakePrograms({ docker });
  const before = performance.now() * 1e6;
  const at = await power().off('n1');
  const after = performance.now() * 1e6;
  assert.equal(calls(), ['docker exec', 'docker pause']);
  const [rules = ''] = programs.calls();
  for (const place of ['raw -I PREROUTING ! -i lo', 'raw -I OUTPUT ! -o lo', 'mangle -I POSTROUTING ! -o lo'])
    assert.match(rules, `${place} -j DROP`);
  // Wall clocks tell whole milliseconds apart at best.
  assert.ok(at >= before - 2e6 && at <= after, `${at} within ${before}..${after}`);
});

test('if Docker runs in a virtual machine, the instant is still on our clock', async () => {
  const hour = 3600e9;
  virtualMachine = { offsetNs: hour, behindNs: hour / 2 };
  programs = fakePrograms({ docker: docker.replace('date +%s%N', `echo $(($(date +%s%N) - ${hour / 2}))`) });
  for (const strike of [
    () => power().off('n1'),
    () => power().unplug('n1'),
    () => power().killPod({ namespace: 'midflight', name: 'traefik', uid: '1', node: 'n1' }),
  ]) {
    const before = now();
    const at = await strike();
    assert.ok(at >= before - 2e6 && at <= now(), `${at} within ${before}..${now()}`);
  }
});

test('recovery kills and starts it, with nothing between, and looks at its address', async () => {
  programs = fakePrograms({ docker });
  const node = power();
  await node.off('n1');
  await node.on('n1', 'off', address);
  assert.equal(calls().slice(2), [
    'docker inspect',
    'docker run',
    'docker inspect',
    'docker kill',
    'docker start',
    'docker inspect',
    'docker rm',
  ]);
});

test('the kubelet is stopped and started, and nothing else is touched', async () => {
  programs = fakePrograms({ docker: 'case "$1" in exec) date +%s%N;; inspect) echo running;; esac' });
  const node = power();
  await node.stopKubelet('n1');
  assert.equal(calls(), ['docker exec']);
  assert.match(programs.calls()[0] ?? '', 'systemctl stop kubelet');
  assert.is(await node.on('n1', 'kubelet', address), true);
  const rest = programs.calls().slice(1).join('; ');
  assert.match(rest, 'is-active kubelet');
  assert.match(rest, 'systemctl start kubelet');
  assert.not.match(rest, /docker (restart|kill|start|pause)/);
});

test('what cannot be undone is reported with the command that does it', async () => {
  programs = fakePrograms({ docker });
  const node = power();
  await node.off('n1');
  programs.set('docker', `[ "$1" = start ] && { echo "no space" >&2; exit 1; }; ${docker}`);
  try {
    await node.on('n1', 'off', address);
    assert.unreachable('resolved');
  } catch (error) {
    assert.match(adviceOf(error), /no space \(docker unpause n1; docker restart n1\)/);
  }
});

test('a node whose pods are those of before its death is not back', async () => {
  programs = fakePrograms({ docker });
  const ending = new AbortController();
  const node = power(new Date(Date.now() - 60_000), ending.signal);
  await node.off('n1');
  const back = node.on('n1', 'off', address).then(
    () => 'back',
    (error) => error.code,
  );
  const waited = new Promise((resolve) => setTimeout(() => resolve('waiting'), 700));
  assert.is(await Promise.race([back, waited]), 'waiting');
  ending.abort(new MidflightError('interrupted', 'enough'));
  assert.is(await back, 'interrupted');
});

test('a pause that fails while processes are being made is asked for again', async () => {
  programs = fakePrograms({
    docker: `[ $1 = pause ] && [ $(grep -c pause $(dirname $0)/../calls) -lt 3 ] && exit 1; ${docker}`,
  });
  await power().off('n1');
  assert.equal(calls(), ['docker exec', 'docker pause', 'docker pause', 'docker pause']);
});

test('a pause that never succeeds is an error, with the command that mends the node', async () => {
  programs = fakePrograms({
    docker: `[ "$1" = pause ] && { echo "unable to freeze" >&2; exit 1; }; ${docker}`,
  });
  try {
    await power().off('n1');
    assert.unreachable('resolved');
  } catch (error) {
    assert.match(adviceOf(error), /unable to freeze \(docker unpause n1; docker restart n1\)/);
  }
});

test('unplugging drops both ways and takes the same rules away again', async () => {
  programs = fakePrograms({ docker });
  const node = power();
  await node.unplug('n1');
  assert.ok(await node.on('n1', 'unplugged', address));
  const [cut = '', mend = ''] = programs.calls().filter((call) => call.startsWith('docker exec'));
  assert.is(mend.match(/-D /g)?.length, cut.match(/-I /g)?.length);
  for (const place of ['PREROUTING', 'OUTPUT', 'POSTROUTING']) {
    assert.match(cut, `-I ${place}`);
    assert.match(mend, `-D ${place}`);
  }
});

test('a pod is killed by the ids of its containers', async () => {
  programs = fakePrograms({ docker });
  await power().killPod({ namespace: 'midflight', name: 'traefik', uid: '1', node: 'n1' });
  assert.match(
    programs.calls()[0] ?? '',
    /^docker exec --privileged n1 sh -c date [+]%s%N; .*task kill --all -s SIGKILL abc$/,
  );
});

test.run();
