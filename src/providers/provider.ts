import type { KubeConfig } from '@kubernetes/client-node';
import type { RoleHandle } from '../base/role.ts';
import type { NodeName } from '../base/units.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { Effects, PodClass, Silence } from '../changes/effects.ts';
import type { PodTarget } from '../changes/kinds/pod.ts';
import type { InstrumentFailureCode, Limit, NoteCode } from '../history/codes.ts';
import type { HistoryEvent, TopologyNode } from '../history/schema.ts';
import type { Plan } from '../plan/schema.ts';

/** Which of our own processes, by the name of its bundle under dist/roles/. */
export type RoleName = 'edge' | 'recorder' | 'probe' | 'autocannon' | 'k6';

export interface Capabilities {
  /** The edge can bind the client's address, so the nodes see the client's own. */
  readonly edgeKeepsClientAddress: boolean;
  /** down() removes the whole cluster: nothing in it has to be mended first. */
  readonly disposable: boolean;
  /** The user's kubectl reaches it. */
  readonly kubectl: boolean;
}

/** What a provider reports as it works, for the live view and the history. */
export interface ProviderEvents {
  /** What is being done now, in a few words ("creating the cluster"). */
  progress(text: string): void;
  /** Something of the provider's own died that should not have: the trial cannot be trusted. */
  failed(instrument: string, code: InstrumentFailureCode, reason: string): void;
  note(level: 'info' | 'warning' | 'error', code: NoteCode, text: string): void;
  /** What belongs into the history as it is: the ingress' log, clock offsets. */
  event(event: HistoryEvent): void;
}

/**
 * A place to run experiments. Everything above it speaks to Kubernetes through kubeConfig(); only what no API offers
 * (making nodes, cutting their power, running our own processes beside them) is asked of the provider.
 * Every method may throw MidflightError; down() never throws and may be called at any time, twice.
 */
export interface Provider {
  readonly name: 'embedded' | 'kind' | 'context';
  readonly ingressKind: 'model' | 'traefik';
  readonly capabilities: Capabilities;

  /** By what its cluster is found again, should the run die: for the journal's first line. */
  place(plan: Plan): Record<string, string | boolean | null>;
  /** Makes the cluster; resolves when all nodes are Ready. What it makes goes through `changes`. */
  up(
    plan: Plan,
    events: ProviderEvents,
    signal: AbortSignal,
    changes: Pick<ChangeLog, 'make'>,
  ): Promise<void>;
  /** Installs ingress and app as the plan places them, through the API; resolves when they answer. */
  install(plan: Plan, signal: AbortSignal): Promise<Workload>;
  nodes(): readonly TopologyNode[];
  addresses(): Addresses;
  /** For code in this process. */
  kubeConfig(): KubeConfig;
  /** For roles that launch() starts, as YAML: from where they run, the API may have another address. */
  roleKubeConfig(): string;
  /** Versions of what decides figures: kubernetes, kube-proxy mode, traefik, kind, … */
  versions(): Promise<Record<string, string>>;
  /** What cannot be seen on this provider. */
  limits(): readonly Limit[];
  launch(role: RoleName, config: { role: RoleName }, name: string): Promise<RoleHandle>;

  /** What can be done to its nodes beside the API. */
  readonly effects: Effects;
  /** Ends in order what up(), install() and launch() started. The changes are undone after it. */
  down(): Promise<void>;
}

/**
 * What a provider does to one node, beneath its effects. Each resolves when it has taken hold, with the monotonic instant right before it
 * began to (all clocks count from there).
 */
export interface NodePower {
  /** Silence: no FIN, no RST, no SYN-ACK, and the node is dead behind it. */
  off(node: NodeName): Promise<number>;
  /** Silence, but the node lives on behind it. */
  unplug(node: NodeName): Promise<number>;
  /** SIGTERM to these pods as the kubelet's graceful node shutdown does, SIGKILL after graceMs (real). Resolves when they ended. */
  shutdownPods(node: NodeName, which: PodClass, graceMs: number): Promise<number>;
  /** SIGKILL to all processes of one pod: the kernel closes its sockets. */
  killPod(pod: PodTarget): Promise<number>;
  /**
   * Undoes off, unplug or a shutdown, also one that was broken off; resolves when the node is Ready at this address. False:
   * there was nothing to undo.
   */
  on(node: NodeName, how: Silence | 'shutdown', address: string): Promise<boolean>;
}

export interface Workload {
  /** The ingress' Service of type LoadBalancer. */
  readonly service: { readonly namespace: string; readonly name: string };
  readonly ingress: { readonly namespace: string; readonly labelSelector: string };
  readonly app: { readonly namespace: string; readonly labelSelector: string; readonly service: string };
  /** Request path prefix and Host header under which the ingress routes to the app. */
  readonly hostname: string;
}

export interface Addresses {
  /** Where the load comes from; several where one has too few ports. Empty: any. */
  readonly clients: readonly string[];
  /** What the edge listens on, as the edge binds it. */
  readonly edgeListen: { readonly host: string; readonly port: number };
  /** What load processes connect to. */
  readonly edgeDial: { readonly host: string; readonly port: number };
  readonly checkFrom: string | null;
  readonly excludeNodes: readonly NodeName[];
}
