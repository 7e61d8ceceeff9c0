/*
 * What an embedded cluster can hold: each has six loopback networks 127.a.b.0/24 (src/providers/embedded/subnet.ts), in
 * which every node, every bridge and every pod has an address of its own.
 */

/** Nodes of one embedded cluster. */
export const maxNodes = 200;

/** How many of them one shared address has ports for: systems without a whole loopback network. */
export const maxNodesShared = 40;

/** Addresses that all nodes of one cluster have for their pods, and how many of them are in each network. */
export const podAddresses = { inAll: 1000, inEach: 250 };

/** How many pods one node of a cluster of this size can run; a node that takes over a whole pool's pods needs room. */
export const podsPerNode = (nodes: number): number => Math.min(16, Math.floor(podAddresses.inAll / nodes));
