import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import type { ChangeLog } from '../../../src/changes/change-log.ts';
import { tableScript, wholeTable } from '../../../src/transit/script.ts';
import { wayOf } from '../../../src/transit/sources/choose.ts';
import { dockerExecSource, kindContainer } from '../../../src/transit/sources/docker-exec.ts';
import { podSource, readerPod } from '../../../src/transit/sources/pod.ts';

const folder = mkdtempSync(join(tmpdir(), 'midflight-test-transit-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const entry = (state: string, port: number, more = 'ipv4     2 ') =>
  `${more}tcp      6 99 ${state} src=10.0.0.9 dst=10.0.0.1 sport=4000 dport=${port} src=10.244.2.2 dst=10.0.0.1 sport=8000 dport=4000 [ASSURED] mark=0 use=1`;
const wanted = [
  entry('ESTABLISHED', 30_080),
  entry('FIN_WAIT', 30_443, 'ipv6     10 '),
  entry('ESTABLISHED', 30_080).replace('99 ESTABLISHED ', ''),
  'ipv4     2 udp      17 29 src=10.0.0.9 dst=10.0.0.1 sport=5353 dport=30080 src=10.244.2.2 dst=10.0.0.1 sport=53 dport=5353 mark=0 use=1',
];
const table = [...wanted, entry('TIME_WAIT', 30_080), entry('ESTABLISHED', 3008), entry('SYN_SENT', 30_080)];
const run = (script: string, path = '') =>
  execFileSync('sh', ['-c', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH: `${path}:${process.env.PATH}` },
  });
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof MidflightError ? error.code : String(error);
  }
  return null;
};

test('the script prints what may be live of the wanted ports, and that it is whole', () => {
  const file = join(folder, 'nf_conntrack');
  writeFileSync(file, `${table.join('\n')}\n`);
  const script = tableScript([30_080, 30_443], 'file').replaceAll('/proc/net/nf_conntrack', file);
  assert.equal(wholeTable(run(script), 'a').split('\n'), wanted);
  writeFileSync(file, `${entry('TIME_WAIT', 30_080)}\n`);
  assert.is(wholeTable(run(script), 'a'), '');
});

test('no such file: the script fails, and what it printed is not taken for an empty table', () => {
  const script = tableScript([30_080], 'file').replaceAll('/proc/net/nf_conntrack', join(folder, 'none'));
  let said = '';
  try {
    run(script);
    assert.unreachable();
  } catch (error) {
    said = String((error as { stdout?: unknown }).stdout);
  }
  assert.is(
    codeOf(() => wholeTable(said, 'a')),
    'cluster-failed',
  );
});

test('by the conntrack tool: both families, and its failure is noticed', () => {
  const tool = join(folder, 'conntrack');
  const shown = (family: string) =>
    family === 'ipv6' ? wanted.slice(1, 2) : [wanted[0], ...wanted.slice(2)];
  writeFileSync(
    tool,
    `#!/bin/sh\n[ "$1 $2 $4 $5" = "-L -f -o extended" ] || exit 64\nif [ "$3" = ipv6 ]; then cat <<'X'\n${shown('ipv6').join('\n')}\nX\nelse cat <<'X'\n${shown('ipv4').join('\n')}\nX\nfi\necho 'conntrack v1.4.8 (conntrack-tools): 3 flow entries have been shown.' >&2\n`,
  );
  chmodSync(tool, 0o755);
  for (const how of ['netlink', 'either'] as const) {
    const script = tableScript([30_080, 30_443], how).replaceAll(
      '/proc/net/nf_conntrack',
      join(folder, 'none'),
    );
    assert.equal(wholeTable(run(script, folder), 'a').split('\n').sort(), [...wanted].sort());
  }
  writeFileSync(tool, '#!/bin/sh\nexit 1\n');
  assert.throws(() => run(tableScript([30_080], 'netlink'), folder));
});

test('output that was cut off at either end is refused', () => {
  const whole = `midflight: the table begins\n${wanted[0]}\nmidflight: the table ends\n`;
  assert.is(wholeTable(whole, 'a'), wanted[0]);
  for (const cut of [whole.slice(30), whole.slice(0, -10), '', `${wanted[0]}\nmidflight: the table ends\n`])
    assert.is(
      codeOf(() => wholeTable(cut, 'a')),
      'cluster-failed',
    );
});

const node = (name: string, more = {}) => ({
  ...{ name, podNetworks: [], address: null, annotations: {}, labels: {}, providerID: null },
  ...more,
});

test('which way: our own data path, docker exec for kind, else a pod, and that only if it is allowed', () => {
  const kind = node('a', { providerID: 'kind://docker/lab/lab-worker' });
  const embedded = node('a', { annotations: { 'midflight.dev/hello': 'node-port' } });
  const cloud = node('a', { providerID: 'gce://p/z/a' });
  const ask = (
    nodes: readonly ReturnType<typeof node>[],
    by: 'auto' | 'pod' | 'exec',
    allowChanges: boolean,
  ) => {
    let way = '';
    const code = codeOf(() => {
      way = wayOf(nodes, { by, allowChanges });
    });
    return code ?? way;
  };
  assert.is(ask([embedded], 'auto', false), 'embedded');
  assert.is(ask([kind, kind], 'auto', false), 'exec');
  assert.is(ask([kind], 'pod', false), 'bad-usage');
  assert.is(ask([kind], 'pod', true), 'pod');
  assert.is(ask([kind, cloud], 'auto', false), 'bad-usage');
  assert.is(ask([kind, cloud], 'auto', true), 'pod');
  assert.is(ask([cloud], 'exec', true), 'bad-usage');
  assert.is(kindContainer('kind://podman/lab/lab-worker'), null);
});

test('docker exec: in the container that the node is, and a failure is reported with its words', async () => {
  const asked: (readonly string[])[] = [];
  const output = `midflight: the table begins\n${wanted[0]}\nmidflight: the table ends\n`;
  const source = dockerExecSource(async (command) => {
    asked.push(command);
    return { ok: true, stdout: output, stderr: '' };
  });
  const at = node('worker', { providerID: 'kind://docker/lab/lab-worker' });
  const { signal } = new AbortController();
  assert.is((await source.tables([at], [30_080], signal)).get('worker'), wanted[0]);
  assert.equal(asked[0]?.slice(0, 4), ['docker', 'exec', 'lab-worker', 'sh']);
  const failing = dockerExecSource(async () => ({ ok: false, stdout: '', stderr: 'no such container' }));
  const error = await failing.tables([at], [1], signal).catch((thrown: unknown) => thrown);
  assert.match(String(error), 'no such container');
});

test('the pod has the least that can read the file: no capability, not root, nothing to write to', () => {
  const options = { namespace: 'kube-system', image: 'i', netlink: false };
  const { spec, metadata } = readerPod('p', 'spot', 'script', options);
  assert.is(metadata.labels['midflight.dev/short-pod'], 'p');
  assert.is(spec.nodeName, 'spot');
  assert.is(spec.hostNetwork, true);
  assert.is(spec.automountServiceAccountToken, false);
  assert.not('volumes' in spec);
  const [container] = spec.containers;
  assert.equal(container?.securityContext, {
    ...{ runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 0 },
    ...{ allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true },
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  });
  const root = readerPod('p', 'spot', 'script', { ...options, netlink: true }).spec.containers[0]
    ?.securityContext;
  assert.equal(root?.capabilities, { drop: ['ALL'], add: ['NET_ADMIN'] });
  assert.is(root?.runAsUser, 0);
});

test('pods: all are removed before the tables are handed over, also when one fails', async () => {
  const said: string[] = [];
  const changes: Pick<ChangeLog, 'make' | 'mark' | 'unwind'> = {
    async make(_kind, target, wantedOf) {
      const { spec } = JSON.parse((wantedOf as { manifest: string }).manifest);
      said.push(`make ${(target as { namespace: string }).namespace} on ${spec.nodeName}`);
      if (spec.nodeName === 'bad') throw new MidflightError('cluster-failed', 'does not start');
      return 'midflight: the table begins\nx\nmidflight: the table ends\n' as never;
    },
    mark: () => 7,
    async unwind(mark) {
      said.push(`unwind ${mark}`);
      return [];
    },
  };
  const source = podSource(changes, { namespace: 'kube-system', image: 'i', netlink: false });
  const { signal } = new AbortController();
  const tables = await source.tables([node('a'), node('b')], [30_080], signal);
  assert.equal([...tables.keys()].sort(), ['a', 'b']);
  assert.equal(said, ['make kube-system on a', 'make kube-system on b', 'unwind 7']);
  said.length = 0;
  const error = await source.tables([node('bad'), node('b')], [1], signal).catch((thrown: unknown) => thrown);
  assert.match(String(error), 'does not start');
  assert.is(said.at(-1), 'unwind 7');
  said.length = 0;
  const many = Array.from({ length: 21 }, (_, index) => node(`n${index}`));
  assert.is((await source.tables(many, [1], signal)).size, 21);
  assert.is(said.filter((line) => line === 'unwind 7').length, 2);
});

test.run();
