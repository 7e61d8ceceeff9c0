import type { AnyKind, World } from '../changes/change.ts';
import type { ChangeLine, Opening } from '../changes/journal.ts';
import type { Plan } from '../plan/schema.ts';
import type { DoctorCheck } from './machine-checks.ts';
import type { Provider } from './provider.ts';

/** What the command line asks of a cluster; each is for those whose row in src/catalogue/clusters.ts has it. */
export interface ProviderOptions {
  readonly keep: boolean;
  readonly reuse: boolean;
  /** Text of a kind configuration, checked; null: midflight's own. */
  readonly kindConfig: string | null;
  /** What requests for the URL of a cluster that is there carry; in no plan and no report. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The kubeconfig's file; undefined: as kubectl finds it in `env`. */
  readonly kubeconfig: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The marks by which dead runs are found. noted: a file in this user's state folder names the owner, which was a process of
 * this machine. all: by labels of containers and arguments of processes too, for `midflight clean`.
 */
export type Marks = 'noted' | 'all';

/** What undoing a dead run's changes takes. */
export interface Tools {
  readonly kinds: readonly AnyKind[];
  world(signal: AbortSignal): World;
}

/** Something of ours that no journal names: found by its mark of ownership, and its owner is certainly dead. */
export interface Stray {
  readonly what: string;
  /** Resolves with what was done, in a few words; `undefined`: it has ended by itself since it was found. */
  remove(): Promise<string | undefined>;
}

/** All that the rest of midflight asks of a provider's folder: each has one, as `entry.ts`. */
export interface ProviderEntry {
  /** A cluster for one run of this plan. */
  provider(options: ProviderOptions, plan: Plan): Provider;
  /** What it needs of this machine, for `midflight doctor`; absent: nothing. */
  examine?(images: Partial<Plan['images']>): Promise<DoctorCheck[]>;
  /** Throws `missing-requirement` with everything that these plans lack here, before anything is started. */
  check?(plans: readonly Plan[]): Promise<void>;
  /**
   * The tools for what a dead run left on such a cluster: `place` and `open` are as its journal has them, `place` from
   * Provider.cluster.place(). Throws `cluster-failed` if another run holds the cluster.
   */
  tools(place: Opening['place'], open: readonly ChangeLine[]): Promise<Tools>;
  /** Clusters and containers that dead runs left on this machine. What is in `named`, places of journals, is the journals' to undo. */
  strays?(named: ReadonlySet<string>, marks: Marks): Promise<Stray[]>;
}
