import type { WallClock } from '../../base/clock.ts';
import { timersOf } from '../../base/timers.ts';
import { helloAnnotation } from '../../edge/hello.ts';
import { portOffsetAnnotation } from '../../edge/targets.ts';
import { isConflict, type NodeApi } from './api.ts';
import type { NodeConfig } from './config.ts';

const leasePath = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** The kubelet's word to the API about its node. */
interface Registration {
  /** Registers the node, or says that it is back; then renews lease and status. */
  start(): Promise<void>;
  /** Graceful node shutdown: Ready is False from here (kubelet's node_shutdown_manager: "node is shutting down"). */
  shuttingDown(): Promise<void>;
  stop(): void;
}

/** `failed` hears of writes that did not reach the API. */
export function registration(
  config: NodeConfig,
  api: NodeApi,
  clock: WallClock,
  failed: (what: string, error: unknown) => void,
): Registration {
  const { name, timers } = config;
  const now = () => clock.wall();
  const startedAt = now().toISOString();
  let down = false;
  let stopBeating = () => {};

  const status = () => ({ status: nodeStatus(config, now(), startedAt, down) });
  const postStatus = () => api.patch(`/api/v1/nodes/${name}/status`, status());
  const renew = () => api.patch(`${leasePath}/${name}`, { spec: { renewTime: microTime(now()) } });
  // A kubelet posts its status every 5 min where nothing changed, and at once if the API has another: both together
  // with the lease keep the monitor's figures as they are (it takes either as a sign of life).
  const beat = () =>
    Promise.all([renew(), postStatus()]).catch((error: unknown) => failed('heartbeat', error));

  return {
    async start() {
      await createOrGo(
        api.create('/api/v1/nodes', {
          metadata: {
            name,
            labels: { ...config.labels, 'kubernetes.io/os': 'linux' },
            annotations: {
              [helloAnnotation]: 'node-port',
              ...(config.portOffset === 0 ? {} : { [portOffsetAnnotation]: String(config.portOffset) }),
            },
          },
          spec: { taints: config.taints },
        }),
      );
      await createOrGo(
        api.create(leasePath, {
          metadata: { name, namespace: 'kube-node-lease' },
          spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime(now()) },
        }),
      );
      await Promise.all([renew(), postStatus()]);
      stopBeating = timersOf(clock).every(timers.leaseRenewMs, () => void beat());
    },
    async shuttingDown() {
      if (down) return;
      down = true;
      await postStatus();
    },
    stop() {
      stopBeating();
    },
  };
}

async function createOrGo(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!isConflict(error)) throw error; // there already: this node comes back
  }
}

/** metav1.MicroTime. */
const microTime = (date: Date) => date.toISOString().replace('Z', '000Z');

function nodeStatus(config: NodeConfig, at: Date, startedAt: string, down: boolean) {
  const heartbeat = at.toISOString();
  const healthy = (type: string, reason: string, message: string) => ({
    type,
    status: 'False',
    reason,
    message,
    lastHeartbeatTime: heartbeat,
  });
  return {
    addresses: [
      { type: 'InternalIP', address: config.address },
      { type: 'Hostname', address: config.name },
    ],
    capacity: { pods: String(config.podAddresses.length) },
    allocatable: { pods: String(config.podAddresses.length) },
    nodeInfo: {
      kubeletVersion: 'midflight',
      operatingSystem: 'linux',
      architecture: process.arch,
      bootID: startedAt,
    },
    conditions: [
      healthy('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      healthy('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      healthy('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      {
        type: 'Ready',
        status: down ? 'False' : 'True',
        reason: down ? 'KubeletNotReady' : 'KubeletReady',
        message: down ? 'node is shutting down' : 'kubelet is posting ready status',
        lastHeartbeatTime: heartbeat,
      },
    ],
  };
}
