import * as z from 'zod';

/*
 * The parts of a cluster's objects that an audit reads. Everything else is dropped while it is read, so that thousands of
 * nodes fit into little memory.
 */

const strings = z.record(z.string(), z.string());
const noStrings: Record<string, string> = {};
/** An empty map or list may come as `null`, as Go writes it. */
const map = strings.nullish().transform((value) => value ?? noStrings);
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);

const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  labels: map,
  annotations: map,
  finalizers: list(z.string()),
  ownerReferences: list(z.object({ kind: z.string(), name: z.string() })),
});

const taint = z.object({ key: z.string(), value: z.string().optional(), effect: z.string() });
const condition = z.object({ type: z.string(), status: z.string() });

const node = z.object({
  metadata,
  spec: z.object({ providerID: z.string().optional(), taints: list(taint) }).default({ taints: [] }),
  status: z.object({ conditions: list(condition) }).default({ conditions: [] }),
});

const servicePort = z.object({
  name: z.string().optional(),
  port: z.number(),
  nodePort: z.number().optional(),
  protocol: z.string().optional(),
});

const serviceObject = z.object({
  metadata,
  spec: z.object({
    type: z.string().default('ClusterIP'),
    selector: map,
    ports: list(servicePort),
    externalTrafficPolicy: z.enum(['Cluster', 'Local']).optional(),
    healthCheckNodePort: z.number().optional(),
    loadBalancerClass: z.string().optional(),
    loadBalancerSourceRanges: list(z.string()),
    allocateLoadBalancerNodePorts: z.boolean().optional(),
    trafficDistribution: z.string().optional(),
    sessionAffinity: z.string().optional(),
    sessionAffinityConfig: z
      .object({ clientIP: z.object({ timeoutSeconds: z.number().optional() }).nullish() })
      .nullish(),
  }),
  status: z
    .object({
      loadBalancer: z
        .object({ ingress: list(z.object({ ip: z.string().optional(), hostname: z.string().optional() })) })
        .default({ ingress: [] }),
    })
    .default({ loadBalancer: { ingress: [] } }),
});

const endpointSlice = z.object({
  metadata,
  endpoints: list(
    z.object({
      addresses: z.array(z.string()),
      conditions: z
        .object({ ready: z.boolean().nullish() })
        .nullish()
        .transform((value) => value ?? { ready: null }),
      nodeName: z.string().nullish(),
      zone: z.string().nullish(),
      targetRef: z.object({ name: z.string().optional() }).nullish(),
    }),
  ),
});

const container = z.object({
  name: z.string(),
  image: z.string().optional(),
  command: list(z.string()),
  args: list(z.string()),
  env: list(z.object({ name: z.string(), value: z.string().optional() })),
  lifecycle: z
    .object({
      preStop: z
        .object({
          sleep: z.object({ seconds: z.number() }).optional(),
          exec: z.object({ command: list(z.string()) }).optional(),
          httpGet: z.looseObject({}).optional(),
        })
        .optional(),
    })
    .optional(),
  readinessProbe: z
    .object({
      exec: z.looseObject({}).optional(),
      httpGet: z.object({ path: z.string().optional() }).optional(),
      initialDelaySeconds: z.number().optional(),
      periodSeconds: z.number().optional(),
      timeoutSeconds: z.number().optional(),
      failureThreshold: z.number().optional(),
      successThreshold: z.number().optional(),
    })
    .optional(),
});

const toleration = z.object({
  key: z.string().optional(),
  operator: z.enum(['Exists', 'Equal']).optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.number().optional(),
});

const podSpec = z.object({
  nodeName: z.string().optional(),
  nodeSelector: map,
  tolerations: list(toleration),
  terminationGracePeriodSeconds: z.number().optional(),
  containers: list(container),
});

const podListItem = z.object({
  metadata,
  spec: podSpec,
  status: z.object({ conditions: list(condition) }).default({ conditions: [] }),
});

const intOrPercent = z.union([z.number(), z.string()]);
const rollingUpdate = z
  .object({
    rollingUpdate: z
      .object({ maxUnavailable: intOrPercent.optional(), maxSurge: intOrPercent.optional() })
      .nullish(),
    type: z.string().optional(),
  })
  .optional();

/** A Deployment, DaemonSet or StatefulSet. */
const workloadObject = z.object({
  kind: z.string().default(''),
  metadata,
  spec: z.object({
    replicas: z.number().optional(),
    minReadySeconds: z.number().optional(),
    strategy: rollingUpdate,
    updateStrategy: rollingUpdate,
    template: z.object({
      metadata: z.object({ labels: map }).default({ labels: {} }),
      spec: podSpec,
    }),
  }),
});

const ingressBackend = z.object({ service: z.object({ name: z.string() }).optional() });

const ingressObject = z.object({
  metadata,
  spec: z
    .object({
      ingressClassName: z.string().optional(),
      defaultBackend: ingressBackend.optional(),
      rules: list(
        z.object({ http: z.object({ paths: list(z.object({ backend: ingressBackend })) }).optional() }),
      ),
    })
    .default({ rules: [] }),
});

const ingressClass = z.object({
  metadata,
  spec: z.object({ controller: z.string().optional() }).default({}),
});

const middleware = z.object({ metadata, spec: z.looseObject({}).optional() });

const configMap = z.object({ metadata, data: map });

const targetGroupBinding = z.object({
  metadata,
  spec: z.object({
    targetType: z.string().optional(),
    serviceRef: z.object({ name: z.string() }),
  }),
});

const serviceL2Status = z.object({
  metadata,
  status: z
    .object({
      node: z.string().optional(),
      serviceName: z.string().optional(),
      serviceNamespace: z.string().optional(),
    })
    .default({}),
});

/** What each list of a snapshot holds. */
export const kinds = {
  nodes: node,
  services: serviceObject,
  endpointSlices: endpointSlice,
  pods: podListItem,
  workloads: workloadObject,
  ingresses: ingressObject,
  ingressClasses: ingressClass,
  middlewares: middleware,
  configMaps: configMap,
  targetGroupBindings: targetGroupBinding,
  serviceL2Statuses: serviceL2Status,
} as const;

export type Kind = keyof typeof kinds;
export type Lists = { [K in Kind]: z.infer<(typeof kinds)[K]>[] };
export type Node = Lists['nodes'][number];
export type Service = Lists['services'][number];
export type WorkloadObject = Lists['workloads'][number];

/** An object's place in a file; line and column from 1. */
export interface ManifestPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A list that the API server refused or could not give. */
export interface Gap {
  readonly apiGroup: string;
  readonly resource: string;
  readonly verb: 'list' | 'get';
  /** HTTP's; 403: RBAC does not allow it. */
  readonly status: number;
  /** Whether findings that matter may be missing without it. */
  readonly essential: boolean;
  /** What cannot be decided without it, as a phrase. */
  readonly neededFor: string;
}

/** All that an audit knows of a cluster. */
export interface Snapshot {
  /** `context` is null for manifests. */
  readonly source: { readonly kind: 'live' | 'manifests'; readonly context: string | null };
  /** `1.37`; null: not known. */
  readonly serverVersion: string | null;
  readonly lists: Lists;
  readonly gaps: readonly Gap[];
  /** By `placeKey` of a Service. */
  readonly places: ReadonlyMap<string, ManifestPlace>;
}

export const emptyLists = (): Lists => ({
  nodes: [],
  services: [],
  endpointSlices: [],
  pods: [],
  workloads: [],
  ingresses: [],
  ingressClasses: [],
  middlewares: [],
  configMaps: [],
  targetGroupBindings: [],
  serviceL2Statuses: [],
});

/** `namespace/name`; objects without a namespace are of `default`, as kubectl has it. */
export const keyOf = ({ metadata: { namespace, name } }: { metadata: z.infer<typeof metadata> }): string =>
  `${namespace ?? 'default'}/${name}`;
