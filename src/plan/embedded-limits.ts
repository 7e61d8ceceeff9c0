/*
 * What an embedded cluster can hold: each has one 127.a.b.0/24, in which every node, every bridge and every pod has an
 * address of its own.
 */

/** Nodes of one embedded cluster. */
export const maxNodes = 40;

/** Addresses that all nodes of one cluster have for their pods. */
const podAddresses = 120;

/** How many pods one node of a cluster of this size can run; a node that takes over a whole pool's pods needs room. */
export const podsPerNode = (nodes: number): number => Math.min(16, Math.floor(podAddresses / nodes));
