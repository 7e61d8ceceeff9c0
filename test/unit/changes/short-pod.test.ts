import type { CoreV1Api, V1Pod } from '@kubernetes/client-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import type { World } from '../../../src/changes/change.ts';
import { changeLog, resumeLog } from '../../../src/changes/change-log.ts';
import { createJournal, readJournal, resumeJournal } from '../../../src/changes/journal.ts';
import { apiKinds, shortPod } from '../../../src/changes/kinds/index.ts';
import { shortPodLabel } from '../../../src/changes/kinds/short-pod.ts';
import { ApiError } from '../../../src/kube/request.ts';
import { journalSomewhere, testLog } from '../../support/changes.ts';

const at = { namespace: 'kube-system', name: 'midflight-connections-1' };
const manifest = JSON.stringify({ metadata: { name: at.name, labels: { [shortPodLabel]: at.name } } });
const wanted = { manifest, limitMs: 60_000 };

/** Pods of one namespace; each reading moves the pod on by one of these states. */
function cluster(states: readonly V1Pod['status'][], log = 'the table\n') {
  let pod: V1Pod | null = null;
  const left = [...states];
  const calls: string[] = [];
  const core = {
    async createNamespacedPod({ body }: { body: V1Pod }) {
      calls.push('create');
      pod = body;
    },
    async readNamespacedPod() {
      if (pod === null) throw Object.assign(new ApiError(404, 'gone'), { code: 404 });
      pod = { ...pod, status: left.shift() ?? pod.status ?? {} };
      return pod;
    },
    async readNamespacedPodLog() {
      calls.push('log');
      return log;
    },
    async deleteNamespacedPod() {
      calls.push('delete');
      pod = null;
    },
  };
  return {
    core: core as unknown as CoreV1Api,
    calls,
    put(other: V1Pod | null) {
      pod = other;
    },
  };
}
const sleep: World['sleep'] = (ms, until) => monotonic.sleep(ms / 100, until);
const running = { phase: 'Running' };
const messageOf = async (work: Promise<unknown>) =>
  work.then(
    () => '',
    (error: unknown) => String(error),
  );

test('it runs to its end, gives what it printed, and is removed', async () => {
  const { core, calls } = cluster([{ phase: 'Pending' }, running, { phase: 'Succeeded' }]);
  const log = testLog(core, sleep);
  assert.is(await log.make(shortPod, at, wanted), 'the table\n');
  const [undone] = await log.unwind(0, new AbortController().signal);
  assert.is(undone?.result, 'restored');
  assert.equal(calls, ['create', 'log', 'delete']);
});

test('one that fails or cannot start is reported with the reason, and is removed all the same', async () => {
  for (const [states, why] of [
    [[running, { phase: 'Failed', reason: 'DeadlineExceeded' }], 'failed: DeadlineExceeded: the table'],
    [
      [
        {
          phase: 'Pending',
          containerStatuses: [
            { state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
          ],
        } as unknown as V1Pod['status'],
      ],
      'does not start: ImagePullBackOff: no such image',
    ],
  ] as const) {
    const { core, calls } = cluster(states);
    const log = testLog(core, sleep);
    assert.match(await messageOf(log.make(shortPod, at, wanted)), why);
    await log.unwind(0, new AbortController().signal);
    assert.is(calls.at(-1), 'delete');
  }
});

test('after a crash the journal alone is enough; a pod of somebody else stays', async () => {
  const { core, calls, put } = cluster([]);
  const { file } = journalSomewhere();
  const options = {
    world: (signal: AbortSignal): World => ({
      core: () => core,
      apps: () => assert.unreachable() as never,
      coordination: () => assert.unreachable() as never,
      kubectl: true,
      signal,
      sleep,
    }),
    signal: new AbortController().signal,
    now: () => new Date(),
  };
  const opening = {
    ...{ owner: { runId: 'r', pid: 1, startTime: '1' }, what: 'a test', place: {} },
    wallTime: new Date().toISOString(),
  };
  const log = changeLog({ ...options, journal: createJournal(file, opening) });
  const crashed = log.make(shortPod, at, wanted).catch(() => {});
  put({ metadata: { name: at.name, labels: { [shortPodLabel]: at.name } }, status: { phase: 'Succeeded' } });
  await crashed;
  const clean = () =>
    resumeLog({ ...options, journal: resumeJournal(file) }, readJournal(file), apiKinds).unwind(
      0,
      options.signal,
    );
  put({ metadata: { name: at.name } });
  assert.is((await clean())[0]?.result, 'left');
  assert.not(calls.includes('delete'));
});

test.run();
