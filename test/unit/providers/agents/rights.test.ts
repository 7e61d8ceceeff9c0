import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { packageVersion } from '../../../../src/base/package.ts';
import type { Message, RoleHandle } from '../../../../src/base/role.ts';
import type { ChangeKind } from '../../../../src/changes/change.ts';
import type { ChangeLog } from '../../../../src/changes/change-log.ts';
import { noWorld } from '../../../../src/changes/no-world.ts';
import type { K6Config } from '../../../../src/load/config.ts';
import { agentsJobChange } from '../../../../src/providers/agents/change.ts';
import type { AgentsOptions } from '../../../../src/providers/agents/job.ts';
import { requireTestRuns, runnersOf } from '../../../../src/providers/agents/k6.ts';

/* The Roles of agents and of k6 in pods are held to what kubectl is really told: a kubectl that writes it down stands in. */
const test = suite<{ folder: string; path: string | undefined }>('rights of agents and of k6 in pods');

/** Its pods run until something has been deleted. */
const fake = (log: string) => `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const words = process.argv.slice(2);
const input = words.includes('--filename') ? readFileSync(0, 'utf8') : '';
appendFileSync(${JSON.stringify(log)}, JSON.stringify({ words, input }) + '\\n');
const gone = readFileSync(${JSON.stringify(log)}, 'utf8').includes('"delete"');
const has = (word) => words.includes(word);
const pod = { metadata: { name: 'pod-0', labels: { 'job-name': 'run-1' }, annotations: { 'batch.kubernetes.io/job-completion-index': '0' } }, status: { phase: 'Running' } };
if (has('api-resources')) console.log('testruns.k6.io');
else if (has('pods')) console.log(JSON.stringify({ items: gone ? [] : [pod] }));
else if (has('midflight')) console.log(${JSON.stringify(packageVersion())});
else if (has('version')) console.log('k6 v1.6.0');
else if (has('logs')) setTimeout(() => {}, 60_000);
else if (has('delete')) console.log('gone');
else if (has('config')) console.log('here');
`;

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-test-rights-'));
  const program = join(context.folder, 'kubectl');
  writeFileSync(program, fake(join(context.folder, 'calls')));
  chmodSync(program, 0o755);
  context.path = process.env.PATH;
  process.env.PATH = `${context.folder}${delimiter}${context.path}`;
});
test.after(({ folder, path }) => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true, force: true });
});

const call = z.object({ words: z.array(z.string()), input: z.string() });
const made = z.object({ kind: z.string(), items: z.array(z.object({ kind: z.string() })).optional() });
const resources: Record<string, string> = {
  Job: 'batch jobs',
  ConfigMap: ' configmaps',
  TestRun: 'k6.io testruns',
  job: 'batch jobs',
  configmap: ' configmaps',
  'testruns.k6.io': 'k6.io testruns',
};
const resource = (name: string) => {
  const found = resources[name];
  if (found === undefined) throw new Error(`a resource that this test does not know: ${name}`);
  return found;
};

/** What one call of kubectl asks of the API server, as `group resource verb`. Source: kubectl/pkg/cmd of each word. */
function asked({ words: all, input }: z.infer<typeof call>): string[] {
  const at = all.indexOf('--namespace');
  const [verb = '', ...rest] = all.slice(at + 2);
  const [first = ''] = rest;
  switch (verb) {
    case 'create': {
      const { kind, items = [{ kind }] } = made.parse(JSON.parse(input));
      return items.map((one) => `${resource(one.kind)} create`);
    }
    case 'get':
      return [rest.includes('--selector') ? ' pods list' : ' pods get'];
    case 'delete':
      return [`${resource(first)} delete`];
    // Each asks for the pod first. Streams over WebSockets begin with GET (since 1.31), over SPDY with POST.
    case 'logs':
      return [' pods get', ' pods/log get'];
    case 'exec':
      return [' pods get', ' pods/exec create', ' pods/exec get'];
    // The kubeconfig, and discovery, which everybody may read (system:discovery).
    case 'config':
    case 'api-resources':
      return [];
    default:
      throw new Error(`kubectl ${verb} is not known to this test`);
  }
}

/** What was asked since the last time. */
function askedIn(folder: string): Set<string> {
  const log = join(folder, 'calls');
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  rmSync(log);
  return new Set(lines.flatMap((line) => asked(call.parse(JSON.parse(line)))));
}

const roles = parseAllDocuments(readFileSync('deploy/rbac.yaml', 'utf8')).map((document) =>
  z
    .object({
      ...{ kind: z.string(), metadata: z.object({ name: z.string() }) },
      rules: z.array(
        z.object({
          ...{ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) },
        }),
      ),
    })
    .parse(document.toJS()),
);
function granted(name: string): string[] {
  const role = roles.find(({ metadata }) => metadata.name === name);
  assert.is(role?.kind, 'Role', `${name} is of one namespace`);
  return (role?.rules ?? []).flatMap(({ apiGroups, resources: of, verbs }) =>
    apiGroups.flatMap((group) => of.flatMap((one) => verbs.map((verb) => `${group} ${one} ${verb}`))),
  );
}

const options = { namespace: 'load', count: 1, image: 'own' } as AgentsOptions;

const { signal } = new AbortController();

/** Makes changes, and undoes them from what a journal would hold. */
function changesMade() {
  const undone: (() => Promise<unknown>)[] = [];
  const world = noWorld(signal);
  const changes: Pick<ChangeLog, 'make'> = {
    make: async <T, B, W, R>(kind: ChangeKind<T, B, W, R>, target: T, wanted: W) => {
      const change = { target, before: null as B, wanted };
      undone.push(() => kind.undo(world, change));
      return kind.do(world, change);
    },
  };
  const undo = async () => {
    for (const one of undone) await one();
  };
  return { changes, undo };
}

test('midflight-agents grants what agents ask for, and no more', async ({ folder }) => {
  const { changes, undo } = changesMade();
  const target = { namespace: 'load', name: 'midflight-agents-1' };
  const wanted = { count: 1, image: 'own', limitSeconds: 60, hostNetwork: false };
  await changes.make(agentsJobChange, target, wanted);
  await undo();
  assert.equal([...askedIn(folder)].sort(), granted('midflight-agents').sort());
});

test('midflight-k6 grants exactly what k6 in pods needs in addition', async ({ folder }) => {
  const { changes, undo } = changesMade();
  // The engine beside the gate: one runner waits there.
  const engine = {
    onMessage: (handler: (message: Message) => void) => {
      setTimeout(() => handler({ type: 'runners-waiting', waiting: 1 }), 10);
      return () => {};
    },
    send: () => {},
    stop: async () => {},
  } as unknown as RoleHandle<Message, Message, unknown>;
  const target = { host: '192.0.2.1', port: 80, tls: false, hostname: 'shop' };
  const config = {
    ...{ script: 'export default () => {}', file: null, target, durationMs: 1000, intervalMs: 100 },
    ...{ vus: 1, rate: null, keepAlive: true, idPrefix: 'x' },
  } as unknown as K6Config;
  await requireTestRuns(options);
  const runners = await runnersOf({ options, changes, signal, gatePod: 'pod-0' }, config, {
    start: async () => engine,
    heard: (news) => news,
  });
  await runners.stop();
  await undo();
  const beside = new Set(granted('midflight-agents'));
  const own = [...askedIn(folder)].filter((one) => !beside.has(one));
  assert.equal(own.sort(), granted('midflight-k6').sort());
});

test.run();
