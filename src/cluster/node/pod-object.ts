import * as z from 'zod';

const readinessProbe = z.object({
  httpGet: z.object({ path: z.string().default('/'), port: z.number() }),
  periodSeconds: z.number().default(10),
  timeoutSeconds: z.number().default(1),
  failureThreshold: z.number().default(3),
  successThreshold: z.number().default(1),
  initialDelaySeconds: z.number().default(0),
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
    hostNetwork: z.boolean().default(false),
    containers: z
      .array(
        z.object({
          name: z.string(),
          image: z.string(),
          env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
          ports: z
            .array(z.object({ containerPort: z.number(), hostPort: z.number().optional() }))
            .default([]),
          readinessProbe: readinessProbe.optional(),
          lifecycle: z
            .object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }).optional() }).optional() })
            .optional(),
        }),
      )
      .min(1),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).optional(),
    })
    .optional(),
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

/** How a container ended. Shape: ContainerStateTerminated of the API, times in ISO 8601. */
export interface Terminated {
  /** 128 and the signal's number if a signal ended it, as the container runtimes have it. */
  readonly exitCode: number;
  readonly reason: 'Completed' | 'Error';
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** The one container of a pod, as its status shows it. */
export interface ContainerState {
  readonly state:
    | { readonly running: { readonly startedAt: string } }
    | { readonly waiting: { readonly reason: string; readonly message?: string } }
    | { readonly terminated: Terminated };
  /** How the run before this one ended. */
  readonly lastTerminated: Terminated | null;
  /** How often it was started again. */
  readonly restarts: number;
}

export interface PodStatus {
  readonly phase: 'Running' | 'Failed' | 'Succeeded';
  readonly ready: boolean;
  readonly address: string;
  readonly hostAddress: string;
  readonly container: ContainerState;
  readonly reason?: string;
  readonly message?: string;
}

/** Body of a patch of pods/NAME/status. */
export function statusPatch(pod: PodObject, status: PodStatus) {
  const { phase, ready, address, hostAddress, container, reason, message } = status;
  const { name, image } = containerOf(pod);
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
          started: 'running' in container.state,
          restartCount: container.restarts,
          state: container.state,
          lastState: container.lastTerminated === null ? {} : { terminated: container.lastTerminated },
        },
      ],
    },
  };
}
