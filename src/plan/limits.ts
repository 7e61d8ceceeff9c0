/* What one run may ask for. What a cluster has room for is in embedded-limits.ts. */

/** Short requests a second of real time, all loads together: more than two cores can send and serve. */
export const mostRequestsPerSecond = 10_000;
/** Chunks a second of real time, all streams together; app, ingress, edge and recorder each handle every one. */
export const mostChunksPerSecond = 100_000;
/** The fewest probes that make a window of `stability` mean something. */
export const fewestProbes = 5;
/** Real seconds: a week. */
export const longestRunSeconds = 7 * 24 * 3600;

/**
 * The shortest that a duration may be in real time, ms. Below it, what is measured is how late processes of a busy machine
 * are, not what happens to a request.
 */
export const shortestReal = {
  chunkInterval: 10,
  stall: 100,
  connectTimeout: 100,
  timeout: 50,
  stability: 50,
  checkInterval: 25,
  checkTimeout: 10,
  upstreamConnectTimeout: 10,
} as const;
