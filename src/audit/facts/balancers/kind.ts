import type { PresetName } from '../../../scenario/schema.ts';

/*
 * The load balancers that an audit can distinguish, as data: which nodes they send to, what their check costs and what they
 * do to open connections when the policy of a live Service is changed.
 */

/** What becomes of established connections through nodes without a ready endpoint at a change from Cluster to Local. */
type Established = 'kept' | 'cut' | 'all-cut' | 'none' | 'unknown';

interface Cure {
  readonly text: string;
  /** An annotation of the Service, `key=value`. */
  readonly annotation?: string;
  /** A command; `{key}` is replaced by the value of an annotation of the Service. */
  readonly command?: string;
}

export interface BalancerKind {
  readonly name: string;
  /** The preset that models it; null: there is none. */
  readonly preset: PresetName | null;
  /** `pods`: it sends to pods directly, so the policy does not matter on its path. */
  readonly sendsTo: 'nodes' | 'pods';
  /** Does it send to node ports? Those that keep the balancer's address as destination do not need them. */
  readonly needsNodePorts: boolean;
  /** Which nodes it takes under Cluster at most; null: all. The subset is drawn by the controller. */
  readonly mostNodes: number | null;
  /** Can it weigh nodes by their number of pods under Local? */
  readonly weighs: boolean;
  readonly toLocal: {
    readonly established: Established;
    /** How long until they are cut, seconds; null: unknown or never. */
    readonly cutAfterSeconds: number | null;
    /** What new connections meet, in a phrase. */
    readonly fresh: string;
    /** The check, the address or the target group is made anew: `replaced` target groups start unhealthy. */
    readonly replaces: 'nothing' | 'target-group' | 'address';
    /** What prevents it; null: nothing is known to. */
    readonly cure: Cure | null;
  };
  readonly source: string;
}

export const common = {
  sendsTo: 'nodes',
  needsNodePorts: true,
  mostNodes: null,
  weighs: false,
} as const;

const detection = 'fail on nodes without a ready endpoint until its checks eject them';
export const excludeFirstCure: Cure = {
  text: 'take nodes without an endpoint out of the balancer first, and wait until they carry nothing',
  command: 'kubectl label node NODE node.kubernetes.io/exclude-from-external-load-balancers=true',
};

export const persist = (cure: Cure | null = excludeFirstCure) =>
  ({ established: 'kept', cutAfterSeconds: null, fresh: detection, replaces: 'nothing', cure }) as const;
export const moot = {
  established: 'none',
  cutAfterSeconds: null,
  fresh: 'are not affected',
  replaces: 'nothing',
  cure: null,
} as const;
export const unknown = {
  established: 'unknown',
  cutAfterSeconds: null,
  fresh: detection,
  replaces: 'nothing',
  cure: excludeFirstCure,
} as const;
