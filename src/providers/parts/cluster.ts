import type { KubeConfig } from '@kubernetes/client-node';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { InstrumentFailureCode, Limit, NoteCode } from '../../history/codes.ts';
import type { HistoryEvent, TopologyNode } from '../../history/schema.ts';
import type { Plan } from '../../plan/schema.ts';

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

/** A Kubernetes cluster: made for the run, kept from an earlier one, or somebody else's. */
export interface Cluster {
  /** Provider.down() removes the whole cluster: nothing in it has to be mended first. */
  readonly disposable: boolean;
  /** The user's kubectl reaches it. */
  readonly kubectl: boolean;
  /** What it is found again by, should the run die: for the journal's first line. */
  place(plan: Plan): Record<string, string | boolean | null>;
  /** Makes it or connects to it; resolves when all of its nodes are Ready. What it makes goes through `changes`. */
  open(
    plan: Plan,
    events: ProviderEvents,
    signal: AbortSignal,
    changes: Pick<ChangeLog, 'make'>,
  ): Promise<void>;
  /** Nodes that can carry load or be a fault's target; those of the control plane are not among them. */
  nodes(): readonly TopologyNode[];
  /** The kubeconfig for code in this process. */
  kubeConfig(): KubeConfig;
  /** Versions of what decides figures: kubernetes, kube-proxy mode, traefik, kind, … May be asked before open(). */
  versions(): Promise<Record<string, string>>;
  /** What cannot be seen on it. */
  limits(): readonly Limit[];
}
