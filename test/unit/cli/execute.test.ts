import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { KubeConfig } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../../src/analysis/schema.ts';
import { MidflightError } from '../../../src/base/errors.ts';
import { execute } from '../../../src/cli/execute.ts';
import { makePlan } from '../../../src/plan/make.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { runExperiment } from '../../../src/run/index.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { journalSomewhere } from '../../support/changes.ts';

const test = suite<{ folder: string }>('execute', { folder: '' });

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-execute-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const plan = makePlan(
  parseScenario(
    'name: x\nnodes: [{ name: a, count: 1 }]\nload: [{ kind: probe, rate: 1 }]\npolicies: [Local]\n',
    'x.yaml',
  ),
  { cluster: 'embedded' },
);

/** A cluster that never comes up, in a way of its own. */
function provider(up: (signal: AbortSignal) => Promise<void>): Provider & { downs: number } {
  const never = () => Promise.reject(new Error('not reached'));
  const none = () => {
    throw new Error('not reached');
  };
  const made = {
    name: 'embedded' as const,
    downs: 0,
    cluster: {
      disposable: true,
      kubectl: false,
      place: () => ({}),
      open: (_plan: unknown, _events: unknown, signal: AbortSignal) => up(signal),
      nodes: () => [],
      kubeConfig: () => new KubeConfig(),
      versions: async () => ({}),
      limits: () => [],
    },
    host: { clients: none, kubeConfig: none, launch: never },
    front: { kind: 'balancer' as const, dial: never },
    workload: { ingressKind: 'model' as const, owner: 'ours' as const, ready: never },
    effects: {},
    async down() {
      made.downs += 1;
    },
  };
  return made;
}

function start(folder: string, of: Provider, signal = new AbortController().signal) {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
  return execute({
    plan,
    start: (hooks) => runExperiment({ plan, provider: of, journal: journalSomewhere(), ...hooks }),
    folder,
    signal,
    quiet: false,
    io,
  });
}

const reportIn = (folder: string) =>
  reportSchema.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));

test('a cluster that cannot be made: reported with the reason, exit code 3', async ({ folder }) => {
  const of = provider(() => Promise.reject(new MidflightError('provider-failed', 'no room left')));
  const { exitCode, report } = await start(folder, of);
  assert.is(exitCode, 3);
  assert.equal([report.outcome, report.reason], ['failed', 'no room left']);
  assert.equal(reportIn(folder), report);
  assert.is(of.downs, 1);
  for (const name of ['history.ndjson', 'report.json', 'report.html', 'report.md'])
    assert.ok(readdirSync(folder).includes(name), name);
});

test('interrupted: what was seen is reported, exit code 130', async ({ folder }) => {
  const controller = new AbortController();
  const of = provider(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        setImmediate(() => controller.abort(new MidflightError('interrupted', 'interrupted by SIGINT')));
      }),
  );
  const { exitCode, report } = await start(folder, of, controller.signal);
  assert.equal([exitCode, report.outcome], [130, 'interrupted']);
  assert.is(of.downs, 1);
  assert.is(reportIn(folder).outcome, 'interrupted');
});

test('a defect is thrown, but only after everything is taken down and reported', async ({ folder }) => {
  const of = provider(() => Promise.reject(new TypeError('a defect')));
  try {
    await start(folder, of);
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof TypeError && error.message === 'a defect');
  }
  assert.is(of.downs, 1);
  assert.is(reportIn(folder).outcome, 'failed');
});

test('a history that cannot be begun is reported at once', async ({ folder }) => {
  const of = provider(() => Promise.resolve());
  try {
    await start(join(folder, 'not', 'there'), of);
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof MidflightError && error.exitCode === 3);
    assert.match(error.message, /cannot be written/);
  }
});

test.run();
