import type { Step } from '../strategy.ts';
import { annotate } from './annotate.ts';
import { checkedPort, checkedSince } from './checked.ts';

/** Pins the balancer's check to one port. Over when every target has been checked there. */
export const pin: Step = { name: 'pin the check', make: (context) => setPin(context, true) };

/** Lets the check follow the policy again. Over when every target has been checked that way. */
export const unpin: Step = { name: 'unpin the check', make: (context) => setPin(context, false) };

async function setPin(context: Parameters<Step['make']>[0], pinned: boolean): ReturnType<Step['make']> {
  const since = await annotate(context, context.edge.pinCheck?.annotations ?? {}, pinned);
  const { balancer } = context;
  if (balancer === null) return null;
  const port = await checkedPort(context, pinned);
  return { what: `the balancer to check port ${port}`, seen: checkedSince(balancer, since, port) };
}
