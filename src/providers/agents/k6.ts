import { randomBytes, randomInt } from 'node:crypto';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import type { Message, RoleHandle } from '../../base/role.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import { waitFor } from '../../kube/wait.ts';
import type { K6Config } from '../../load/config.ts';
import { scriptFiles } from '../../load/k6/wrapped.ts';
import type { RunnerNews } from '../../load/share.ts';
import { runShell } from '../kind/shell.ts';
import type { AgentsOptions } from './job.ts';
import { kubectlOf, requestLimit, settledCluster } from './kubectl.ts';
import { deleteAll } from './object-change.ts';
import { followLog } from './runner-log.ts';
import { type Runner, runnersEnv, runnersIn, testRunResource } from './test-run.ts';
import { testRunChange, testRunResources } from './test-run-change.ts';

/** How long the operator may take until all runners wait for the beginning: an image may have to be pulled. Real ms. */
const runnersMs = 240_000;
/** Ports of the gate, on the pod's own address or its node's: above what is well known, below what systems hand out. */
const gatePorts = [20_000, 30_000] as const;
/** How often to ask for a runner's exit code once its log has ended: for ten seconds. */
const exitTurns = 20;

/** Throws `missing-requirement` unless the cluster has the k6 operator's resource. */
export async function requireTestRuns(options: AgentsOptions): Promise<void> {
  const kinds = await runShell(
    kubectlOf(options)('api-resources', '--api-group=k6.io', '--output=name', requestLimit),
  );
  if (kinds.ok && kinds.stdout.split('\n').includes(testRunResource)) return;
  const why = kinds.ok ? `the cluster has no ${testRunResource}` : kinds.stderr.trim();
  throw new MidflightError('missing-requirement', `k6 in pods needs the k6 operator: ${why}`, {
    hint: 'https://grafana.com/docs/k6/latest/set-up/set-up-distributed-k6/install-k6-operator/, or take agents out of this load: k6 runs on this machine then',
  });
}

/** The place that the runners are made in, and the pod that has their gate. `signal`: its end ends every wait for them. */
interface RunnersPlace {
  readonly options: AgentsOptions;
  readonly changes: Pick<ChangeLog, 'make'>;
  readonly signal: AbortSignal;
  readonly gatePod: string;
}

/** k6's engine, which has the gate, and how runners are reported to it. */
interface Engine<Command extends Message, Report extends Message, Ready> {
  start(runners: {
    readonly count: number;
    readonly port: number;
  }): Promise<RoleHandle<Command, Report, Ready>>;
  heard(news: RunnerNews): Command;
}

/**
 * k6 in the runners of a TestRun. Its engine runs in `gatePod`; the logs of the runners are followed from here. Resolves once
 * all of them wait for the beginning. Throws `cluster-failed`, or the signal's reason.
 */
export async function runnersOf<Command extends Message, Report extends Message, Ready>(
  { options, changes, signal, gatePod }: RunnersPlace,
  config: K6Config,
  { start, heard }: Engine<Command, Report, Ready>,
): Promise<RoleHandle<Command, Report, Ready>> {
  const kubectl = kubectlOf(options);
  const count = config.runners?.count ?? options.count;
  const address = await runShell(
    kubectl('get', 'pod', gatePod, '--output=jsonpath={.status.podIP}', requestLimit),
    { signal },
  );
  const host = address.stdout.trim();
  const port = randomInt(...gatePorts);
  const gateUrl = `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  const remote = { ...config, runners: { count, port } };
  const engine = await start(remote.runners);
  let waiting = 0;
  const stopCounting = engine.onMessage((message: Message) => {
    if (message.type === 'runners-waiting') waiting = Number(message.waiting);
  });
  const target = {
    ...(await settledCluster(options)),
    name: `midflight-k6-${randomBytes(4).toString('hex')}`,
  };
  const wanted = {
    count,
    image: config.runnerImage ?? null,
    files: scriptFiles(config.script, config.file),
    env: runnersEnv(remote, gateUrl),
    keepAlive: config.keepAlive,
  };
  const logs = new Map<string, ReturnType<typeof followLog>>();
  const runners = async (until?: AbortSignal): Promise<Runner[] | null> => {
    const selector = `k6_cr=${target.name},runner=true`;
    const { ok, stdout } = await runShell(
      kubectl('get', 'pods', '--selector', selector, '--output', 'json', requestLimit),
      until === undefined ? {} : { signal: until },
    );
    return ok ? runnersIn(stdout) : null;
  };
  /** Its log ends a little before its status shows how it ended; null: it is gone, or runs on without a log. */
  const exitOf = async (pod: string): Promise<number | null> => {
    for (let turn = 0; turn < exitTurns; turn += 1) {
      const all = await runners();
      const found = all?.find((one) => one.pod === pod);
      if (found?.exitCode !== undefined && found.exitCode !== null) return found.exitCode;
      if (all !== null && found === undefined) return null;
      await monotonic.sleep(500);
    }
    return null;
  };
  const tell = (news: RunnerNews) => engine.send(heard(news));
  const follow = ({ pod, index }: Runner) => {
    if (logs.has(pod)) return;
    const log = followLog(kubectl('logs', '--follow', pod, '--container=k6'), (lines) =>
      tell({ type: 'samples', runner: index, lines }),
    );
    logs.set(pod, log);
    void log.ended.then(async ({ said }) => {
      tell({ type: 'runner-ended', runner: index, code: await exitOf(pod), error: said });
    });
  };
  const end = async () => {
    // The change log's unwinding tries again, and reports what is left.
    await deleteAll(target, testRunResources).catch(() => {});
  };
  let version = config.version;
  try {
    await changes.make(testRunChange, target, wanted);
    await waitFor(
      `${count} k6 runners to be ready`,
      runnersMs,
      signal,
      async () => {
        const found = (await runners(signal)) ?? [];
        for (const runner of found) if (runner.running) follow(runner);
        const ended = found.find(({ exitCode }) => exitCode !== null);
        if (ended !== undefined) {
          const { said } = (await logs.get(ended.pod)?.ended) ?? { said: '' };
          throw new MidflightError(
            'cluster-failed',
            `k6's runner ${ended.index} ended with exit code ${ended.exitCode} before the beginning: ${said}`,
          );
        }
        return waiting >= count;
      },
      {
        pauseMs: 500,
        hint: `kubectl describe ${testRunResource} ${target.name}, and the log of its initializer, say why`,
      },
    );
    const [first] = logs.keys();
    const said = await runShell(kubectl('exec', first ?? '', '--container=k6', '--', 'k6', 'version'));
    version = /\bv\d+\.\d+\.\d+\S*/.exec(said.stdout)?.[0] ?? version;
  } catch (error) {
    for (const log of logs.values()) log.stop();
    await engine.stop();
    throw error;
  }
  stopCounting();
  engine.onMessage((message: Message) => {
    if (message.type === 'end-runners') void end();
  });
  return {
    ...engine,
    onMessage: (handler) =>
      engine.onMessage((message) =>
        handler(message.type === 'engine-summary' ? { ...message, version } : message),
      ),
    async stop(graceMs) {
      await engine.stop(graceMs);
      await end();
      for (const log of logs.values()) log.stop();
    },
  };
}
