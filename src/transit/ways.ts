/** How the tables of nodes are had; `auto`: without a pod wherever that can be. */
export const tableWays = ['auto', 'pod', 'exec'] as const;
export type TableWay = (typeof tableWays)[number];
