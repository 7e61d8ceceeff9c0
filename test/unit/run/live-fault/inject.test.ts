import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CoreV1Api } from '@kubernetes/client-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandWords, filledCommand, nodeCommandWords } from '../../../../src/base/command-template.ts';
import { MidflightError } from '../../../../src/base/errors.ts';
import type { ChangeLog } from '../../../../src/changes/change-log.ts';
import { nodeCommand } from '../../../../src/changes/kinds/index.ts';
import type { LiveNode } from '../../../../src/run/live-fault/decide.ts';
import { injectLive } from '../../../../src/run/live-fault/inject.ts';
import { ownPlace } from '../../../../src/run/live-fault/read.ts';
import { testLog } from '../../../support/changes.ts';

const folder = mkdtempSync(join(tmpdir(), 'midflight-test-live-fault-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const messageOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    assert.instance(error, MidflightError);
    return String(error);
  }
  return '';
};
const node = (name: string, more: Partial<LiveNode> = {}): LiveNode => ({
  ...{ name, labels: {}, ready: true, controlPlane: false, zone: 'eu-1b', addresses: [] },
  providerID: `gce://p/eu-1b/${name}`,
  ...more,
});

test('a template is split as a shell would, and nothing is expanded', () => {
  assert.equal(commandWords(`gcloud compute stop {name} --zone "{zone}"  --note 'a  b' ''`), [
    ...['gcloud', 'compute', 'stop', '{name}', '--zone', '{zone}', '--note', 'a  b', ''],
  ]);
  assert.equal(commandWords('a"b c"d\t$(x)'), ['ab cd', '$(x)']);
  assert.match(
    messageOf(() => commandWords('stop "{name}')),
    'a quote is not closed',
  );
  assert.match(
    messageOf(() => commandWords('  ')),
    'the command is empty',
  );
  assert.match(
    messageOf(() => commandWords('stop {node}')),
    '{node} is no known placeholder',
  );
});

test('what is filled in stays within its word; a value that the node has not is refused', () => {
  const hostile = node('a', { providerID: "x'; rm -rf / #" });
  assert.equal(filledCommand(['stop', '--id={providerID}', '{name}/{name}'], hostile), [
    ...['stop', "--id=x'; rm -rf / #", 'a/a'],
  ]);
  assert.match(
    messageOf(() => filledCommand(['{zone}'], node('a', { zone: null }))),
    'no value for {zone}',
  );
  assert.match(
    messageOf(() => filledCommand(['{providerID}'], node('a', { providerID: '' }))),
    'no value',
  );
  assert.equal(nodeCommandWords('stop x-{name}'), ['stop', 'x-{name}']);
  assert.match(
    messageOf(() => nodeCommandWords('stop {zone}')),
    'the command does not name the node',
  );
});

const never = undefined as unknown as CoreV1Api;
const log = () => testLog(never, async () => {});
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8').trim().split('\n').sort();
const append = (file: string, more = '') => [
  'sh',
  '-c',
  `echo "$0" >> ${join(folder, file)}${more}`,
  '{name}',
];

test('a command takes each node, and its recovery is run when it is undone', async () => {
  const changes = log();
  const fault = {
    ...{ kind: 'command' as const, limitMs: 10_000 },
    ...{ command: append('taken'), recover: append('given') },
  };
  const lines = await injectLive(fault, [node('a'), node('b')], changes);
  assert.is(lines.length, 2);
  assert.equal(textOf('taken'), ['a', 'b']);
  const unwound = await changes.unwind(0, new AbortController().signal);
  assert.equal(
    unwound.map(({ result }) => result),
    ['restored', 'restored'],
  );
  assert.equal(textOf('given'), ['a', 'b']);
});

test('if the command fails on one node, the recovery runs on all of them', async () => {
  const changes = log();
  const fault = {
    ...{ kind: 'command' as const, limitMs: 10_000 },
    ...{ command: append('tried', '; [ "$0" = a ]'), recover: append('back') },
  };
  const error = await injectLive(fault, [node('a'), node('b')], changes).catch((thrown: unknown) => thrown);
  assert.match(String(error), 'it ended with exit code 1');
  await changes.unwind(0, new AbortController().signal);
  assert.equal(textOf('back'), ['a', 'b']);
});

test('a value that one node has not stops all of them before the first command', async () => {
  const made: string[] = [];
  const changes: Pick<ChangeLog, 'make'> = {
    async make(kind) {
      made.push(kind.kind);
      return undefined as never;
    },
  };
  const fault = { kind: 'command' as const, limitMs: 1, command: ['x', '{zone}'], recover: ['y', '{name}'] };
  const error = await injectLive(fault, [node('a'), node('b', { zone: null })], changes).catch(
    (thrown: unknown) => thrown,
  );
  assert.match(String(error), 'node b has no value for {zone}');
  assert.equal(made, []);
});

test('a recovery that fails stays to be undone; a command that hangs is ended', async () => {
  const changes = log();
  const wanted = { command: ['true'], recover: ['false'], limitMs: 10_000 };
  await changes.make(nodeCommand, { node: 'a' }, wanted);
  const [undone] = await changes.unwind(0, new AbortController().signal);
  assert.is(undone?.result, 'failed');
  assert.is(changes.open, 1);
  const hanging = { command: ['sleep', '60'], recover: ['true'], limitMs: 100 };
  const error = await log()
    .make(nodeCommand, { node: 'a' }, hanging)
    .catch((thrown: unknown) => thrown);
  assert.match(String(error), 'sleep 60: timed out');
  const missing = { command: [join(folder, 'no-such-program')], recover: ['true'], limitMs: 1000 };
  const none = await log()
    .make(nodeCommand, { node: 'a' }, missing)
    .catch((thrown: unknown) => thrown);
  assert.match(String(none), 'ENOENT');
});

test('drain: cordon before the pods; pod-delete: the pods alone', async () => {
  const made: string[] = [];
  const changes: Pick<ChangeLog, 'make'> = {
    async make(kind, target) {
      made.push(`${kind.kind} ${(target as { node: string }).node}`);
      return true as never;
    },
  };
  const pod = { namespace: 'web', name: 'p', uid: 'u', node: 'a' };
  const drain = { kind: 'drain' as const, pods: new Map([['a', [pod]]]), limitMs: 1 };
  assert.equal(await injectLive(drain, [node('a')], changes), ['a cordoned, 1 pod evicted']);
  assert.equal(made.splice(0), ['node-cordon a', 'pod-eviction a']);
  await injectLive({ kind: 'pod-delete', pods: [pod], limitMs: 1 }, [node('a')], changes);
  assert.equal(made, ['pod-deletion a']);
});

test('the node that midflight runs on: found by the downward API or by asking; unknown if it may not ask', async () => {
  const refusing = {
    readNamespacedPod: async () => {
      throw new Error('403');
    },
  } as unknown as CoreV1Api;
  assert.is((await ownPlace(refusing, {})).inPod, false);
  const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1' };
  assert.is((await ownPlace(refusing, { ...inPod, NODE_NAME: 'a' })).podNode, 'a');
  assert.is((await ownPlace(refusing, inPod)).podNode, null);
  const { addresses } = await ownPlace(refusing, {});
  assert.not(addresses.includes('127.0.0.1'));
});

test.run();
