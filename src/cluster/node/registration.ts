import type { WallClock } from '../../base/clock.ts';
import { timersOf } from '../../base/timers.ts';
import { nsPerMs } from '../../base/units.ts';
import { helloAnnotation } from '../../edge/hello.ts';
import { portOffsetAnnotation } from '../../edge/targets.ts';
import { isConflict } from './api.ts';
import type { NodeConfig } from './config.ts';
import type { Gate } from './gate.ts';

const leasePath = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** The status is posted this seldom: 5 min to 10 s, as of a kubelet. */
const reportEveryLeases = 30;

/** What the kubelet reports to the API about its node. */
interface Registration {
  /** Registers the node, or reports that it is back; then renews lease and status. */
  start(): Promise<void>;
  /** Graceful node shutdown: Ready is False from here (kubelet's node_shutdown_manager: "node is shutting down"). */
  shuttingDown(): Promise<void>;
  /** What the API holds of its readiness: another than it reports is put right at once. */
  seen(ready: string): void;
  /** The kubelet goes on after a pause. */
  goOn(): Promise<void>;
  stop(): void;
}

/** `failed` is called for each write that did not reach the API. */
export function registration(
  config: NodeConfig,
  gate: Gate,
  clock: WallClock,
  failed: (what: string, error: unknown) => void,
): Registration {
  const { name, timers } = config;
  const { api } = gate;
  const now = () => clock.wall();
  const startedAt = now().toISOString();
  let down = false;
  let stopBeating = () => {};

  const status = () => ({ status: nodeStatus(config, now(), startedAt, down) });
  let postedAt = Number.NEGATIVE_INFINITY;
  let beatAt = Number.NEGATIVE_INFINITY;
  const postStatus = () => {
    postedAt = clock.now() / nsPerMs;
    return api.patch(`/api/v1/nodes/${name}/status`, status());
  };
  const renew = () => api.patch(`${leasePath}/${name}`, { spec: { renewTime: microTime(now()) } });
  /**
   * The lease alone in most periods, which is enough of a sign of life. A kubelet posts its status if it has changed or the API
   * has another, and every 5 min (nodeStatusReportFrequency); also if it was held up for a period or more, as whoever
   * waits for it to be back looks at the status.
   */
  const beat = (always = false) => {
    const at = clock.now() / nsPerMs;
    const due =
      at - postedAt >= reportEveryLeases * timers.leaseRenewMs || at - beatAt >= 2 * timers.leaseRenewMs;
    beatAt = at;
    const writes = [renew(), ...(always || due ? [postStatus()] : [])];
    return Promise.all(writes).catch((error: unknown) => failed('heartbeat', error));
  };

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
      beatAt = clock.now() / nsPerMs;
      await Promise.all([renew(), postStatus()]);
      stopBeating = timersOf(clock).every(timers.leaseRenewMs, () => {
        if (!gate.closed) void beat();
      });
    },
    async shuttingDown() {
      if (down) return;
      down = true;
      await postStatus();
    },
    seen(ready) {
      if (gate.closed || ready === (down ? 'False' : 'True') || postedAt === Number.NEGATIVE_INFINITY) return;
      postStatus().catch((error: unknown) => failed('status', error));
    },
    async goOn() {
      gate.open();
      await beat(true);
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
