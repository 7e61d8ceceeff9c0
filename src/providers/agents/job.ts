/** Where agents run, and what from. */
export interface AgentsOptions {
  readonly count: number;
  /** A context of the kubeconfig; undefined: the current one. */
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  /** midflight's own image, of the same version. */
  readonly image: string;
  /** The longest that agents may run, seconds: they end by themselves then, whatever became of us. */
  readonly limitSeconds: number;
}

/** Label of everything that is made for one measurement. */
const agentLabel = 'midflight.dev/agents';

/** Seconds after which Kubernetes removes the Job itself, if nobody did. */
const ttlSeconds = 300;

/**
 * An Indexed Job of pods that wait: our processes are started in them by `kubectl exec`, which carries their configuration
 * (and with it headers, which may be secret) past every object of the cluster.
 */
export function agentsJob(name: string, { count, image, namespace, limitSeconds }: AgentsOptions) {
  const labels = { [agentLabel]: name, 'app.kubernetes.io/name': 'midflight' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      completionMode: 'Indexed',
      completions: count,
      parallelism: count,
      backoffLimit: 0,
      activeDeadlineSeconds: limitSeconds,
      ttlSecondsAfterFinished: ttlSeconds,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          // One on each node as far as there are nodes: agents on one machine share its network and its cores.
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: { [agentLabel]: name } },
            },
          ],
          containers: [
            {
              name: 'agent',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['sleep', String(limitSeconds)],
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              resources: { requests: { cpu: '250m', memory: '128Mi' } },
            },
          ],
        },
      },
    },
  };
}

/** The pods of the job that run, by their index; `problem`: why one of them never will. */
interface AgentPods {
  readonly running: readonly string[];
  readonly problem: string | null;
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
    readonly status?: {
      readonly phase?: string;
      readonly containerStatuses?: readonly {
        readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
      }[];
    };
  }[];
}

/** Waiting reasons that no waiting cures: pkg/kubelet/images/types.go and pkg/kubelet/kuberuntime (v1.34). */
const hopeless = new Set([
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerConfigError',
]);

/** Of `kubectl get pods -o json`. */
export function agentPods(json: string): AgentPods {
  const { items } = JSON.parse(json) as PodList;
  const index = ({ metadata }: PodList['items'][number]) =>
    Number(metadata.annotations?.['batch.kubernetes.io/job-completion-index'] ?? 0);
  const sorted = [...items].sort((one, other) => index(one) - index(other));
  const waiting = items
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .map(({ state }) => state?.waiting);
  const stuck = waiting.find((one) => hopeless.has(one?.reason ?? ''));
  return {
    running: sorted.filter(({ status }) => status?.phase === 'Running').map(({ metadata }) => metadata.name),
    problem: stuck === undefined ? null : `${stuck?.reason}: ${stuck?.message ?? ''}`,
  };
}
