import * as z from 'zod';

const readinessProbe = z.object({
  httpGet: z.object({ path: z.string().default('/'), port: z.number() }),
  periodSeconds: z.number().default(10),
  timeoutSeconds: z.number().default(1),
  failureThreshold: z.number().default(3),
});

/** A Pod as far as a node cares. */
export const podObject = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.number().optional(),
  }),
  spec: z.object({
    priorityClassName: z.string().optional(),
    containers: z
      .array(
        z.object({
          name: z.string(),
          image: z.string(),
          env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
          readinessProbe: readinessProbe.optional(),
        }),
      )
      .min(1),
  }),
  status: z.object({ phase: z.string().optional() }).optional(),
});

export type PodObject = z.infer<typeof podObject>;
export type ReadinessProbe = z.infer<typeof readinessProbe>;

/** The first container: a node of ours runs no more than one. */
export function containerOf(pod: PodObject) {
  const [container] = pod.spec.containers;
  if (container === undefined) throw new Error(`pod ${pod.metadata.name} has no container`);
  return container;
}

export function isCritical(pod: PodObject): boolean {
  return ['system-node-critical', 'system-cluster-critical'].includes(pod.spec.priorityClassName ?? '');
}

export interface PodStatus {
  readonly phase: 'Running' | 'Failed' | 'Succeeded';
  readonly ready: boolean;
  readonly address: string;
  readonly hostAddress: string;
  readonly restarts: number;
  readonly running: boolean;
  readonly reason?: string;
  readonly message?: string;
}

/** Body of a patch of pods/NAME/status. */
export function statusPatch(pod: PodObject, status: PodStatus, at: Date) {
  const { phase, ready, address, hostAddress, restarts, running, reason, message } = status;
  const { name, image } = containerOf(pod);
  const time = at.toISOString();
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    ...(holds ? {} : { reason: 'ContainersNotReady' }),
  });
  return {
    status: {
      phase,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      podIP: address,
      podIPs: [{ ip: address }],
      hostIP: hostAddress,
      conditions: [
        condition('Initialized', true),
        condition('ContainersReady', ready),
        condition('Ready', ready),
      ],
      containerStatuses: [
        {
          name,
          image,
          imageID: image,
          ready,
          started: running,
          restartCount: restarts,
          state: running
            ? { running: { startedAt: time } }
            : { terminated: { exitCode: 137, finishedAt: time } },
        },
      ],
    },
  };
}
