import type { ClusterView, ServiceView } from '../facts/view.ts';
import type { Severity } from '../schema.ts';

export interface CheckOptions {
  /** The longest request that must not be cut, seconds; null: not given. */
  readonly longestSeconds: number | null;
  /** What commands need to name the cluster: ` --context prod`, or nothing. */
  readonly contextFlag: string;
}

/** What a check found at one Service, or in the cluster. */
export interface Found {
  readonly severity?: Severity;
  readonly confidence: 'seen' | 'inferred';
  /** A sentence without the Service's name. */
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly values?: Readonly<Record<string, number>>;
  readonly nodes?: readonly string[];
  readonly remedy: { readonly text: string; readonly command?: string };
}

interface Traits {
  /** `MF001`: never used for something else. */
  readonly id: string;
  readonly name: string;
  /** Unless what was found has its own. */
  readonly severity: Severity;
  /** What it means, for lists of rules. */
  readonly words: string;
  /** The file of experiments/ that shows the effect; null: there is none. */
  readonly scenario: string | null;
}

/** A check of each Service by itself. `needs`: without these facts it is undecided. */
export interface ServiceCheck extends Traits {
  readonly of: 'service';
  readonly needs: readonly ('nodes' | 'endpoints')[];
  readonly find: (view: ServiceView, cluster: ClusterView, options: CheckOptions) => Found | null;
}

/** A check of the cluster, or of several Services together. */
export interface ClusterCheck extends Traits {
  readonly of: 'cluster';
  readonly find: (
    cluster: ClusterView,
    options: CheckOptions,
  ) => readonly (Found & { readonly service?: string })[];
}

export type Check = ServiceCheck | ClusterCheck;
