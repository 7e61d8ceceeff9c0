/*
 * The ways to change a policy under load, as data. Their steps are in src/policies, by the same names.
 */

/** What a way asks of the cluster in front of which it is taken. The words of a refusal are in src/plan/way-needs.ts. */
export type WayNeed =
  /** The balancer goes by the policy at all. */
  | 'policy-matters'
  /** The balancer honours the exclude label, there is a node to exclude, and no ingress pod runs on an excluded one. */
  | 'exclude-label'
  /** The balancer's check can be set apart from the policy. */
  | 'pinned-check'
  /** The balancer can be set to leave open connections alone. */
  | 'kept-connections'
  /** The ingress pods can be copied to the nodes that lack one, and their copies can go again. */
  | 'copied-ingress';

export interface SwitchoverTraits {
  /** For --help, the schema and the docs. */
  readonly words: string;
  /** How often it waits for the balancer: for an estimate of how long it takes. */
  readonly waits: number;
  /**
   * Of ways whose cost was not measured in front of a balancer the lowest is taken first, as docs/flipping-safely.md has them;
   * null: after all that were, at any cost.
   */
  readonly preference: number | null;
  /** It is the change of the policy alone, so that its begin is the change. */
  readonly isOnePatch?: true;
  /** It gives clients another address, to which whoever sends them has to move. */
  readonly movesClients?: true;
  /** Absent: nothing, it may always be taken. */
  readonly needs?: readonly WayNeed[];
}

/** The name of the second Service of a way that makes one. */
export const secondServiceOf = (service: string): string => `${service}-second`;

const rows = {
  'in-place': {
    words: 'one live patch under load, as people do it',
    waits: 1,
    preference: null,
    isOnePatch: true,
  },
  'exclude-first': {
    words: 'nodes without an ingress pod leave the balancer first, by the exclude label; then the patch',
    waits: 3,
    preference: 2,
    needs: ['policy-matters', 'exclude-label'],
  },
  'pin-check': {
    words: "as exclude-first, and the balancer's check is pinned to a port that outlives the patch",
    waits: 5,
    preference: 3,
    needs: ['policy-matters', 'exclude-label', 'pinned-check'],
  },
  'keep-established': {
    words: 'the balancer is set first to leave open connections alone; then as exclude-first',
    waits: 4,
    preference: 1,
    needs: ['policy-matters', 'exclude-label', 'kept-connections'],
  },
  'daemonset-first': {
    words: 'an ingress pod on every node first; then the patch; then the extra pods go again',
    waits: 5,
    preference: 4,
    needs: ['policy-matters', 'copied-ingress'],
  },
  'parallel-service': {
    words:
      'a second Service with the new policy and an address of its own; clients move there, the first is drained',
    waits: 3,
    preference: 5,
    movesClients: true,
    needs: ['policy-matters'],
  },
} as const satisfies Record<string, SwitchoverTraits>;

export type SwitchoverName = keyof typeof rows;

export const switchovers: Readonly<Record<SwitchoverName, SwitchoverTraits>> = rows;

export const switchoverNames = Object.keys(rows) as SwitchoverName[];
