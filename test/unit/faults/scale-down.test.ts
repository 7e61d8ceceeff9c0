import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { autoscalerNotice } from '../../../src/catalogue/notices.ts';
import { faults } from '../../../src/faults/index.ts';
import { noticeOf } from '../../../src/plan/notice.ts';
import { bench } from '../../support/fault-bench.ts';

const gone = () => Object.assign(new Error('gone'), { code: 404 });

/** A Node that is NotReady from its third look on after the taint. */
function api() {
  const calls: string[] = [];
  let node: { metadata: object; spec: { taints?: object[] } } | null = {
    metadata: { labels: { pool: 'spot' } },
    spec: { taints: [{ key: 'spot', effect: 'NoSchedule' }] },
  };
  let looks = 0;
  return {
    calls,
    core: {
      async readNode() {
        if (node === null) throw gone();
        looks += 1;
        return {
          ...node,
          status: { conditions: [{ type: 'Ready', status: looks > 5 ? 'Unknown' : 'True' }] },
        };
      },
      async patchNode({ body }: { body: { spec: { taints: object[] } } }) {
        if (node === null) throw gone();
        node = { ...node, spec: body.spec };
        calls.push(`taints ${JSON.stringify(body.spec.taints).replace(/"value":"\d+"/, 'time')}`);
      },
      async deleteNode() {
        node = null;
        calls.push(`deleted after ${looks} looks`);
      },
      async createNode({ body }: { body: NonNullable<typeof node> }) {
        node = body;
        calls.push(`created ${JSON.stringify(body)}`);
      },
    },
  };
}

test('scale-down: taint, wait, power cut, Node deleted once NotReady; back with its labels and without the taint', async () => {
  const { core, calls } = api();
  const { context, log, recover } = bench(core, 'DaemonSet');
  const hold = await faults['scale-down'].inject({ ...context, terms: autoscalerNotice }, 'a');
  assert.equal(hold, { affected: 1, detail: 'the machine and its Node are gone' });
  const spot = '{"key":"spot","effect":"NoSchedule"}';
  assert.equal(log, [
    'notice begin @0: tainted ToBeDeletedByClusterAutoscaler, 5 s before its end',
    'off a @5000',
    'notice done @5000: the wait after the taint is over',
    'began @5000: power cut, by the autoscaler',
  ]);
  assert.equal(calls, [
    `taints [${spot},{"key":"ToBeDeletedByClusterAutoscaler","effect":"NoSchedule",time}]`,
    'deleted after 6 looks',
  ]);
  const unwound = await recover();
  assert.equal(
    unwound.map(({ result }) => result),
    ['restored', 'restored', 'already'],
  );
  assert.match(calls[2] ?? '', `"labels":{"pool":"spot"}`);
  assert.match(calls[2] ?? '', `"taints":[${spot}]`);
  assert.is(log.at(-1), 'on a off 10.0.0.1');
});

test('a node that runs a pod that would have to move is refused before anything is changed', async () => {
  const { core, calls } = api();
  const { context, log } = bench(core, 'ReplicaSet');
  try {
    await faults['scale-down'].inject({ ...context, terms: autoscalerNotice }, 'a');
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'a is not empty: pod ingress-pod runs there');
  }
  assert.equal([log, calls], [[], []]);
});

test('the wait is its notice, whosever cloud it is', () => {
  const kind = 'scale-down';
  assert.equal(noticeOf({ kind, parameters: { wait: 60_000 } }), {
    ...autoscalerNotice,
    ms: 60_000,
    ordinaryMs: 60_000,
  });
  assert.equal(noticeOf({ kind, notice: 'eks' }), autoscalerNotice);
});

test.run();
