import type { K6Config } from '../../load/config.ts';
import { environmentOf } from '../../load/k6/command.ts';
import { entryFile, type ScriptFiles } from '../../load/k6/wrapped.ts';
import { podsIn } from './pods.ts';

/** What is made for one load of k6 in pods. */
interface TestRunWanted {
  readonly count: number;
  /** k6's image; null: the operator's own choice, which is `grafana/k6:latest`. */
  readonly image: string | null;
  readonly files: ScriptFiles;
  readonly env: Readonly<Record<string, string>>;
  readonly keepAlive: boolean;
}

/** The resource of the k6 operator. Source: api/v1alpha1/testrun_types.go, config/crd/bases/k6.io_testruns.yaml, v1.6.0. */
export const testRunResource = 'testruns.k6.io';

/** The environment of the runners: what the script reads, and no proxy between. */
export function runnersEnv(config: K6Config, gateUrl: string): Record<string, string> {
  return environmentOf(config, gateUrl);
}

/**
 * Arguments of `k6 run` beside the operator's own. Samples go to one stream of the log and all else to the other, since
 * lines of two streams do not mix. `--out` and its value are two words: the operator takes them out again where it calls
 * `k6 archive`, which knows no such option (pkg/types/k6cli.go).
 */
const argumentsOf = (keepAlive: boolean) =>
  [
    '--out json=/dev/stderr',
    '--log-output=stdout',
    '--no-usage-report',
    '--no-color',
    '--summary-mode=disabled',
    ...(keepAlive ? [] : ['--no-connection-reuse']),
  ].join(' ');

/** The ConfigMap with the script, and the TestRun, as one list. Both have the same name. */
export function testRunObjects(
  name: string,
  namespace: string,
  { count, image, files, env, keepAlive }: TestRunWanted,
): object {
  const metadata = { name, namespace, labels: { 'app.kubernetes.io/name': 'midflight' } };
  const pod = { imagePullPolicy: 'IfNotPresent', automountServiceAccountToken: 'false' };
  const runner = {
    ...pod,
    ...(image === null ? {} : { image }),
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    // One on each node as far as there are nodes, as our own agents.
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { k6_cr: name, runner: 'true' } },
      },
    ],
  };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: files },
      {
        apiVersion: 'k6.io/v1alpha1',
        kind: 'TestRun',
        metadata,
        spec: {
          parallelism: count,
          script: { configMap: { name, file: entryFile } },
          arguments: argumentsOf(keepAlive),
          // k6 reports the number of iterations that it cut off only in its progress.
          quiet: 'false',
          // They wait at our gate. The operator's own starter comes late, or not for minutes, if a Service of its is slow.
          paused: 'false',
          runner,
          starter: pod,
        },
      },
    ],
  };
}

/** A runner's pod: its index from 1, as the operator names it. */
export interface Runner {
  readonly pod: string;
  readonly index: number;
  readonly running: boolean;
  /** null: it has not ended, or nobody knows how. */
  readonly exitCode: number | null;
}

/** Of `kubectl get pods -o json`, by their index. */
export function runnersIn(json: string): Runner[] {
  return podsIn(json)
    .map(({ metadata, status }) => ({
      pod: metadata.name,
      index: Number(/-(\d+)$/.exec(metadata.labels['job-name'] ?? '')?.[1] ?? 0),
      running: status.phase === 'Running',
      exitCode: status.containerStatuses[0]?.state.terminated?.exitCode ?? null,
    }))
    .sort((one, other) => one.index - other.index);
}
