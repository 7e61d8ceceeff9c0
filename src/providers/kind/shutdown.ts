import { type CoreV1Api, PatchStrategy, setHeaderOptions, type V1Pod } from '@kubernetes/client-node';
import { abortController } from '../../base/signals.ts';
import type { Milliseconds, NodeName } from '../../base/units.ts';
import { must, runShell } from './shell.ts';

/*
 * The kubelet's graceful node shutdown (pkg/kubelet/nodeshutdown). kind's nodes have no logind, by which a kubelet learns
 * of a shutdown, so what it would do is done in its place. It is stopped first, so that it starts nothing again.
 */

/** Ends one class of pods: SIGTERM, SIGKILL after their grace. Resolves when they have ended. */
export async function shutdownPods(
  core: CoreV1Api,
  node: NodeName,
  pods: readonly V1Pod[],
  which: 'ordinary' | 'critical',
  graceMs: Milliseconds,
): Promise<void> {
  await kubeletStops(core, node);
  const own = pods.filter((pod) => isCritical(pod) === (which === 'critical'));
  await Promise.all(own.map((pod) => endPod(core, node, pod, graceMs)));
}

const isCritical = ({ spec }: V1Pod) =>
  ['system-node-critical', 'system-cluster-critical'].includes(spec?.priorityClassName ?? '');

const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);

async function kubeletStops(core: CoreV1Api, node: NodeName): Promise<void> {
  await must(['docker', 'exec', node, 'systemctl', 'stop', 'kubelet']);
  const time = new Date();
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'node is shutting down',
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  };
  await core.patchNodeStatus({ name: node, body: { status: { conditions: [condition] } } }, strategic);
}

async function endPod(core: CoreV1Api, node: NodeName, pod: V1Pod, graceMs: Milliseconds): Promise<void> {
  const ids = idsOf(pod);
  const ownMs = (pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
  const ended = abortController();
  const probing = probe(core, node, pod, ended.signal);
  if (ids.length > 0)
    await runShell(['docker', 'exec', node, 'sh', '-c', endWithin(ids, Math.min(graceMs, ownMs))]);
  ended.abort();
  await probing;
  await patchStatus(core, pod, {
    phase: 'Failed',
    reason: 'Terminated',
    message: 'Pod was terminated in response to imminent node shutdown.',
    conditions: notReady,
  });
}

const notReady = [
  { type: 'Ready', status: 'False' },
  { type: 'ContainersReady', status: 'False' },
];

/** A pod that is gone needs no status. */
async function patchStatus(core: CoreV1Api, pod: V1Pod, status: object): Promise<void> {
  const { name = '', namespace = '' } = pod.metadata ?? {};
  await core.patchNamespacedPodStatus({ name, namespace, body: { status } }, strategic).catch(() => {});
}

/** A kubelet goes on asking for readiness while a pod ends (pkg/kubelet/prober): endpoints leave as soon as it fails. */
async function probe(core: CoreV1Api, node: NodeName, pod: V1Pod, ended: AbortSignal): Promise<void> {
  const wanted = pod.spec?.containers[0]?.readinessProbe;
  const port = wanted?.httpGet?.port;
  if (wanted === undefined || typeof port !== 'number') return;
  const url = `http://${pod.status?.podIP}:${port}${wanted.httpGet?.path ?? '/'}`;
  const seconds = String(wanted.timeoutSeconds ?? 1);
  const ask = ['docker', 'exec', node, 'curl', '--silent', '--fail', '--output', '/dev/null', '--max-time'];
  for (let failures = 0; !ended.aborted; ) {
    await pause((wanted.periodSeconds ?? 10) * 1000, ended);
    if (ended.aborted) return;
    failures = (await runShell([...ask, seconds, url])).ok ? 0 : failures + 1;
    if (failures < (wanted.failureThreshold ?? 3)) continue;
    await patchStatus(core, pod, { conditions: notReady });
    return;
  }
}

/** Ends early if the signal is aborted. */
function pause(ms: Milliseconds, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const ctr = 'ctr -n k8s.io';

/** SIGKILL to every process of these containers, as a shell command. */
export const killAll = (ids: readonly string[]): string =>
  ids.map((id) => `${ctr} task kill --all -s SIGKILL ${id}`).join('; ');

/** SIGTERM, and SIGKILL to what is left after the grace; ends as soon as nothing is left. */
function endWithin(ids: readonly string[], graceMs: Milliseconds): string {
  const left = `${ctr} task ls | grep -E '${ids.join('|')}' | grep -q RUNNING`;
  const now = '$(($(date +%s%N)/1000000))';
  return [
    `end=$((${now}+${Math.round(graceMs)}))`,
    ...ids.map((id) => `${ctr} task kill -s SIGTERM ${id}`),
    `while ${left}; do [ ${now} -lt $end ] || { ${killAll(ids)}; break; }; sleep 0.2; done; true`,
  ].join('; ');
}

/** containerd's names of a pod's containers. */
export const idsOf = (pod: V1Pod): string[] =>
  (pod.status?.containerStatuses ?? []).flatMap(({ containerID }) =>
    containerID === undefined ? [] : [containerID.replace(/^containerd:\/\//, '')],
  );
