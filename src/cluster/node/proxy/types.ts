/** A Service as kube-proxy sees it. */
export interface ProxiedService {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  /** `name`: absent if the Service has one port without a name. */
  readonly nodePorts: readonly { readonly name?: string; readonly port: number; readonly nodePort: number }[];
  readonly healthCheckNodePort: number | null;
  /** sessionAffinity: ClientIP, seconds of cluster time. Absent: None. */
  readonly affinitySeconds?: number;
}

/** One endpoint of a Service, with its real address. */
export interface EndpointView {
  readonly address: string;
  readonly port: number;
  /** The name of the Service's port that it serves; absent: the port has none. */
  readonly portName?: string;
  /** The pod's address as the API has it. Absent: `address`. */
  readonly podAddress?: string;
  readonly node: string | null;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Nodes and zones that should prefer it (EndpointSlice's hints). */
  readonly hints?: { readonly nodes: readonly string[]; readonly zones: readonly string[] };
}

/** A listening socket of the node, and the process that holds it. */
export interface NodeListener {
  readonly host: string;
  readonly port: number;
  readonly what: string;
  readonly pid: number;
}
