/*
 * The ways to change a policy under load, as data. Their steps are in src/policies, by the same names.
 */

export interface SwitchoverTraits {
  /** For --help, the schema and the docs. */
  readonly words: string;
  /** How often it waits for the balancer: for an estimate of how long it takes. */
  readonly waits: number;
}

const rows = {
  'in-place': { words: 'one live patch under load, as people do it', waits: 1 },
  'exclude-first': {
    words: 'nodes without an ingress pod leave the balancer first, by the exclude label; then the patch',
    waits: 3,
  },
  'pin-check': {
    words: "as exclude-first, and the balancer's check is pinned to a port that outlives the patch",
    waits: 5,
  },
  'keep-established': {
    words: 'the balancer is set first to leave open connections alone; then as exclude-first',
    waits: 4,
  },
  'daemonset-first': {
    words: 'an ingress pod on every node first; then the patch; then the extra pods go again',
    waits: 5,
  },
  'parallel-service': {
    words:
      'a second Service with the new policy and an address of its own; clients move there, the first is drained',
    waits: 3,
  },
} as const satisfies Record<string, SwitchoverTraits>;

export type SwitchoverName = keyof typeof rows;

export const switchovers: Readonly<Record<SwitchoverName, SwitchoverTraits>> = rows;

export const switchoverNames = Object.keys(rows) as SwitchoverName[];
