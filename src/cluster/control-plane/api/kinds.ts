import * as z from 'zod';

/*
 * The parts of Kubernetes' objects that the control plane reads; everything else is kept as it came.
 */

const strings = z.record(z.string(), z.string());
const time = z.string();

const ownerReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});

const objectMeta = z.looseObject({
  name: z.string(),
  generateName: z.string().optional(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().optional(),
  creationTimestamp: time,
  deletionTimestamp: time.optional(),
  deletionGracePeriodSeconds: z.number().optional(),
  labels: strings.optional(),
  annotations: strings.optional(),
  ownerReferences: z.array(ownerReference).optional(),
  finalizers: z.array(z.string()).optional(),
});

const base = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: objectMeta });

const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastHeartbeatTime: time.optional(),
  lastTransitionTime: time.optional(),
});

const taint = z.looseObject({
  key: z.string(),
  value: z.string().optional(),
  effect: z.string(),
  timeAdded: time.optional(),
});

const toleration = z.looseObject({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.number().optional(),
});

const expression = z.looseObject({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).optional(),
});

const labelSelector = z.looseObject({
  matchLabels: strings.optional(),
  matchExpressions: z.array(expression).optional(),
});

const nodeSelectorTerm = z.looseObject({
  matchExpressions: z.array(expression).optional(),
  matchFields: z.array(expression).optional(),
});

const container = z.looseObject({
  name: z.string(),
  lifecycle: z
    .looseObject({
      preStop: z.looseObject({ sleep: z.looseObject({ seconds: z.number() }).optional() }).optional(),
    })
    .optional(),
  ports: z
    .array(
      z.looseObject({
        containerPort: z.number(),
        hostPort: z.number().optional(),
        name: z.string().optional(),
        protocol: z.string().optional(),
      }),
    )
    .optional(),
});

const podSpec = z.looseObject({
  nodeName: z.string().optional(),
  hostNetwork: z.boolean().optional(),
  nodeSelector: strings.optional(),
  affinity: z
    .looseObject({
      nodeAffinity: z
        .looseObject({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .looseObject({ nodeSelectorTerms: z.array(nodeSelectorTerm) })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  tolerations: z.array(toleration).optional(),
  containers: z.array(container),
  initContainers: z.array(container).optional(),
  restartPolicy: z.string().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
});

const pod = base.extend({
  spec: podSpec,
  status: z
    .looseObject({
      phase: z.string().optional(),
      podIP: z.string().optional(),
      conditions: z.array(condition).optional(),
    })
    .optional(),
});

const node = base.extend({
  spec: z
    .looseObject({ unschedulable: z.boolean().optional(), taints: z.array(taint).optional() })
    .optional(),
  status: z
    .looseObject({
      conditions: z.array(condition).optional(),
      allocatable: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    })
    .optional(),
});

const servicePort = z.looseObject({
  name: z.string().optional(),
  protocol: z.string().optional(),
  appProtocol: z.string().optional(),
  port: z.number(),
  targetPort: z.union([z.number(), z.string()]).optional(),
  nodePort: z.number().optional(),
});

const service = base.extend({
  spec: z.looseObject({
    type: z.string().optional(),
    selector: strings.optional(),
    ports: z.array(servicePort).optional(),
    clusterIP: z.string().optional(),
    clusterIPs: z.array(z.string()).optional(),
    externalIPs: z.array(z.string()).optional(),
    externalName: z.string().optional(),
    externalTrafficPolicy: z.string().optional(),
    internalTrafficPolicy: z.string().optional(),
    healthCheckNodePort: z.number().optional(),
    allocateLoadBalancerNodePorts: z.boolean().optional(),
    publishNotReadyAddresses: z.boolean().optional(),
    sessionAffinity: z.string().optional(),
    sessionAffinityConfig: z
      .looseObject({ clientIP: z.looseObject({ timeoutSeconds: z.number().optional() }).optional() })
      .optional(),
    trafficDistribution: z.string().optional(),
    loadBalancerSourceRanges: z.array(z.string()).optional(),
    ipFamilies: z.array(z.string()).optional(),
    ipFamilyPolicy: z.string().optional(),
  }),
  status: z.looseObject({}).optional(),
});

const podTemplate = z.looseObject({
  metadata: z.looseObject({ labels: strings.optional(), annotations: strings.optional() }).optional(),
  spec: podSpec,
});

const intOrPercent = z.union([z.number(), z.string()]);

const updateStrategy = z.looseObject({
  type: z.string().optional(),
  rollingUpdate: z
    .looseObject({ maxSurge: intOrPercent.optional(), maxUnavailable: intOrPercent.optional() })
    .optional(),
});

const deployment = base.extend({
  spec: z.looseObject({
    replicas: z.number().optional(),
    paused: z.boolean().optional(),
    selector: labelSelector,
    template: podTemplate,
    strategy: updateStrategy.optional(),
    minReadySeconds: z.number().optional(),
  }),
  status: z.looseObject({ conditions: z.array(condition).optional() }).optional(),
});

const daemonSet = base.extend({
  spec: z.looseObject({
    selector: labelSelector,
    template: podTemplate,
    updateStrategy: updateStrategy.optional(),
    minReadySeconds: z.number().optional(),
  }),
  status: z.looseObject({}).optional(),
});

const endpointSlice = base.extend({
  addressType: z.string(),
  endpoints: z.array(z.looseObject({ addresses: z.array(z.string()) })).optional(),
  ports: z.array(z.looseObject({})).optional(),
});

const lease = base.extend({
  spec: z.looseObject({ holderIdentity: z.string().optional(), renewTime: time.optional() }).optional(),
});

const podDisruptionBudget = base.extend({
  spec: z
    .looseObject({
      selector: labelSelector.optional(),
      minAvailable: intOrPercent.optional(),
      maxUnavailable: intOrPercent.optional(),
    })
    .optional(),
  status: z.looseObject({}).optional(),
});

const event = base.extend({
  involvedObject: z.looseObject({
    kind: z.string().optional(),
    namespace: z.string().optional(),
    name: z.string().optional(),
    uid: z.string().optional(),
  }),
  reason: z.string().optional(),
  message: z.string().optional(),
  type: z.string().optional(),
  count: z.number().optional(),
});

const namespace = base.extend({
  status: z.looseObject({ phase: z.string().optional() }).optional(),
});

const schemas = {
  pods: pod,
  nodes: node,
  services: service,
  namespaces: namespace,
  configmaps: base,
  secrets: base,
  serviceaccounts: base,
  events: event,
  deployments: deployment,
  daemonsets: daemonSet,
  endpointslices: endpointSlice,
  leases: lease,
  poddisruptionbudgets: podDisruptionBudget,
};

export type Resource = keyof typeof schemas;
export type Objects = { [R in Resource]: z.infer<(typeof schemas)[R]> };
/** The schema of each resource's objects, with the type that belongs to it. */
export const schemaOf: { readonly [R in Resource]: z.ZodType<Objects[R]> } = schemas;
export const resourceNames = [
  'pods',
  'nodes',
  'services',
  'namespaces',
  'configmaps',
  'secrets',
  'serviceaccounts',
  'events',
  'deployments',
  'daemonsets',
  'endpointslices',
  'leases',
  'poddisruptionbudgets',
] as const satisfies readonly Resource[];

export type KubeObject = z.infer<typeof base>;
export type Pod = Objects['pods'];
export type PodSpec = Pod['spec'];
export type Node = Objects['nodes'];
export type Service = Objects['services'];
export type ServicePort = z.infer<typeof servicePort>;
export type Deployment = Objects['deployments'];
export type DaemonSet = Objects['daemonsets'];
export type PodDisruptionBudget = Objects['poddisruptionbudgets'];
export type Condition = z.infer<typeof condition>;
export type Taint = z.infer<typeof taint>;
export type Toleration = z.infer<typeof toleration>;
export type LabelSelector = z.infer<typeof labelSelector>;
export type SelectorExpression = z.infer<typeof expression>;
