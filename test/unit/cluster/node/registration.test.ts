import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeConfig } from '../../../../src/cluster/node/config.ts';
import { gate } from '../../../../src/cluster/node/gate.ts';
import { registration } from '../../../../src/cluster/node/registration.ts';
import { ApiError } from '../../../../src/kube/request.ts';
import { nodeApiBy } from '../../../support/node-api.ts';
import { fakeClock } from '../control-plane/fake-clock.ts';

const config: NodeConfig = {
  name: 'n1',
  address: '10.0.0.1',
  bridgeAddress: '10.0.0.2',
  podAddresses: ['10.0.1.1', '10.0.1.2'],
  portOffset: 0,
  podPortBase: 0,
  sharedAddress: false,
  fillerAddress: null,
  apiServer: 'http://127.0.0.1:1',
  labels: { pool: 'spot' },
  zone: null,
  taints: [],
  backlog: 16,
  timers: { leaseRenewMs: 10_000, proxyMinSyncMs: 0, ingressThrottleMs: 0 },
  timeScale: 1,
  seed: 1,
  roles: { holder: '', app: '', ingress: '' },
  token: 'test-token',
};

interface Call {
  readonly verb: string;
  readonly path: string;
  readonly content: {
    readonly spec?: { readonly renewTime?: string };
    readonly status?: {
      readonly conditions: readonly {
        readonly type: string;
        readonly status: string;
        readonly reason: string;
      }[];
    };
  };
}

/** A node's registration against an API that notes its calls. `fails`: how a call goes wrong. */
function rig(fails: (call: Call) => Error | null = () => null) {
  const clock = fakeClock();
  const calls: Call[] = [];
  const problems: string[] = [];
  const call = (verb: string) => async (path: string, content: unknown) => {
    const made: Call = { verb, path: path.split('/').at(-1) ?? '', content: content ?? {} };
    calls.push(made);
    const problem = fails(made);
    if (problem !== null) throw problem;
  };
  const api = nodeApiBy(call);
  const ofKubelet = gate(api);
  const node = registration(config, ofKubelet, clock, (what) => problems.push(what));
  const renewals = () =>
    calls.flatMap(({ verb, content }) =>
      verb === 'patch' && content.spec?.renewTime !== undefined ? [content.spec.renewTime] : [],
    );
  const ready = () =>
    calls.findLast(({ content }) => content.status !== undefined)?.content.status?.conditions.at(-1);
  return { clock, calls, problems, node, renewals, ready, ofKubelet };
}

test('a node registers, is Ready, and renews its lease once in each period, in wall time', async () => {
  const { clock, calls, node, renewals, ready } = rig();
  await node.start();
  assert.equal(
    calls.slice(0, 2).map(({ verb, path }) => `${verb} ${path}`),
    ['create nodes', 'create leases'],
  );
  assert.is(ready()?.status, 'True');
  await clock.advance(35_000);
  node.stop();
  await clock.advance(60_000);
  assert.equal(
    renewals().map((at) => at.slice(11, 19)),
    ['00:00:00', '00:00:10', '00:00:20', '00:00:30'],
  );
});

test('a node that comes back takes its objects as they are', async () => {
  const { node, ready } = rig(({ verb }) => (verb === 'create' ? new ApiError(409, 'there already') : null));
  await node.start();
  assert.is(ready()?.status, 'True');
  node.stop();
});

test('a heartbeat that fails is reported, and the next one comes all the same', async () => {
  let broken = false;
  const { clock, node, problems, renewals } = rig(() => (broken ? new Error('no answer') : null));
  await node.start();
  broken = true;
  await clock.advance(10_000);
  assert.equal(problems, ['heartbeat']);
  broken = false;
  const before = renewals().length;
  await clock.advance(10_000);
  assert.is(renewals().length, before + 1);
  assert.equal(problems, ['heartbeat']);
  node.stop();
});

test('a node that is shutting down is not Ready from then on', async () => {
  const { clock, node, ready } = rig();
  await node.start();
  await node.shuttingDown();
  await clock.advance(10_000);
  assert.equal([ready()?.status, ready()?.reason], ['False', 'KubeletNotReady']);
  node.stop();
});

test('a paused kubelet renews nothing, catches nothing up, and is Ready at once when it goes on', async () => {
  const { clock, node, renewals, ready, ofKubelet } = rig();
  await node.start();
  ofKubelet.close();
  await clock.advance(60_000);
  assert.is(renewals().length, 1);
  await node.goOn();
  assert.is(renewals().length, 2);
  assert.is(ready()?.status, 'True');
  await clock.advance(10_000);
  assert.is(renewals().length, 3);
  node.stop();
});

/** How often the status was posted. */
const posts = (calls: readonly Call[]) => calls.filter(({ content }) => content.status !== undefined).length;

test('the status is posted every 30 leases, and at once if the API holds another readiness', async () => {
  const { clock, calls, node, renewals } = rig();
  await node.start();
  await clock.advance(290_000);
  assert.equal([renewals().length, posts(calls)], [30, 1]);
  await clock.advance(10_000);
  assert.equal([renewals().length, posts(calls)], [31, 2]);
  node.seen('True');
  await clock.advance(0);
  assert.is(posts(calls), 2);
  node.seen('Unknown');
  await clock.advance(0);
  assert.is(posts(calls), 3);
  await node.shuttingDown();
  node.seen('False');
  await clock.advance(0);
  assert.is(posts(calls), 4);
  node.stop();
});

test('a paused kubelet does not react to what the API holds', async () => {
  const { clock, calls, node, ofKubelet } = rig();
  await node.start();
  ofKubelet.close();
  node.seen('Unknown');
  await clock.advance(0);
  assert.is(posts(calls), 1);
  node.stop();
});

test.run();
