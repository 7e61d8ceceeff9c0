import { isBeingDeleted, neverStarts } from '../../kube/pods.ts';
import { type ListedPod, podsIn } from './pods.ts';

/** The place that agents run in, and their image. */
export interface AgentsOptions {
  readonly count: number;
  /** A context of the kubeconfig; undefined: the current one. */
  readonly context: string | undefined;
  /** Its file; undefined: kubectl's own choice. */
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  /** midflight's own image, of the same version. */
  readonly image: string;
  /** The longest that agents may run, seconds: they end by themselves then, whatever became of us. */
  readonly limitSeconds: number;
  /** They use their node's network, so that its address is what a load balancer sees of them. */
  readonly hostNetwork: boolean;
  /** k6 runs beside them, by its operator. */
  readonly k6?: boolean;
}

/** Label of everything that is made for one measurement. */
const agentLabel = 'midflight.dev/agents';

/** Seconds after which Kubernetes removes the Job itself, if nobody did. */
const ttlSeconds = 300;

/** Pods made again in place of those that failed: one that dies spoils what it measured, and nothing after it. */
const backoffLimit = 100;

/**
 * An Indexed Job of pods that wait: our processes are started in them by `kubectl exec`, which carries their configuration
 * (and with it headers, which may be secret) past every object of the cluster.
 */
export function agentsJob(
  name: string,
  { count, image, namespace, limitSeconds, hostNetwork }: AgentsOptions,
) {
  const labels = { [agentLabel]: name, 'app.kubernetes.io/name': 'midflight' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      completionMode: 'Indexed',
      completions: count,
      parallelism: count,
      backoffLimit,
      activeDeadlineSeconds: limitSeconds,
      ttlSecondsAfterFinished: ttlSeconds,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          ...(hostNetwork ? { hostNetwork, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
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

/** Of `kubectl get pods -o json`. */
export function agentPods(json: string): AgentPods {
  const items = podsIn(json);
  const index = ({ metadata }: ListedPod) =>
    Number(metadata.annotations['batch.kubernetes.io/job-completion-index'] ?? 0);
  const sorted = [...items].sort((one, other) => index(one) - index(other));
  const waiting = items.flatMap(({ status }) => status.containerStatuses).map(({ state }) => state.waiting);
  const stuck = waiting.find((one) => neverStarts(one?.reason));
  return {
    running: sorted
      .filter((pod) => pod.status.phase === 'Running' && !isBeingDeleted(pod))
      .map(({ metadata }) => metadata.name),
    problem: stuck === undefined ? null : `${stuck?.reason}: ${stuck?.message ?? ''}`,
  };
}
