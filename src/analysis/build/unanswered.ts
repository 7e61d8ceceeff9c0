import type { RequestRecord } from '../records.ts';

/** No byte of an answer came from a node: none at all, or what came was the balancer's own. */
export const isUnanswered = ({ firstByteAt, connection }: RequestRecord): boolean =>
  firstByteAt === null || connection?.own != null;
