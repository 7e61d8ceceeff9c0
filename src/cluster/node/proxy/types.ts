/** A Service as kube-proxy sees it. */
export interface ProxiedService {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly nodePorts: readonly { readonly port: number; readonly nodePort: number }[];
  readonly healthCheckNodePort: number | null;
  /** sessionAffinity: ClientIP, seconds of cluster time. Absent: None. */
  readonly affinitySeconds?: number;
}

/** One endpoint of a Service, where it really is. */
export interface EndpointView {
  readonly address: string;
  readonly port: number;
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
