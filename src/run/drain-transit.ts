import type { Clock } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { abortsAfter } from '../base/signals.ts';
import { type Milliseconds, type NodeName, nsPerMs } from '../base/units.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import { nodeExclusion } from '../changes/kinds/index.ts';
import { excludeLabel } from '../kube/names.ts';

/** A node, as far as taking it out of the balancer goes. */
interface BalancedNode {
  readonly name: NodeName;
  readonly labels: Readonly<Record<string, string>>;
}

/** Why this node must not leave the balancer; null: it may. */
export function drainRefusal(name: NodeName, nodes: readonly BalancedNode[]): string | null {
  const controlPlane = ({ labels }: BalancedNode) => 'node-role.kubernetes.io/control-plane' in labels;
  const others = nodes.filter((node) => node.name !== name && !controlPlane(node));
  if (others.some(({ labels }) => !(excludeLabel in labels))) return null;
  return `it would leave no node to the balancer: ${others.length === 0 ? 'there is no other' : `every other one has the label ${excludeLabel}`}`;
}

interface DrainTransitOptions {
  readonly node: NodeName;
  readonly changes: Pick<ChangeLog, 'make' | 'mark' | 'keep' | 'unwind'>;
  /** Live connections that the node passes on to pods elsewhere, now. */
  count(signal: AbortSignal): Promise<number>;
  readonly clock: Clock;
  /** Between two counts, and how long each of them must be 0, real ms. */
  readonly everyMs: Milliseconds;
  readonly settleMs: Milliseconds;
  /** The longest that it may take, real ms. */
  readonly limitMs: Milliseconds;
  say(text: string): void;
}

interface DrainedTransit {
  /** The number at the first count. */
  readonly first: number;
  readonly tookMs: Milliseconds;
}

/** The limit for taking the label away again, real ms. */
const undoLimitMs = 60_000;

/**
 * Takes a node out of the balancer and waits until no connection passes through it to a pod elsewhere; then the label stays,
 * and the node may go. Connections end by themselves: none is cut. Rejects with the signal's reason, with what a count throws,
 * or `cluster-failed` at the limit; the label is then taken away again.
 */
export async function drainTransit(
  options: DrainTransitOptions,
  signal: AbortSignal,
): Promise<DrainedTransit> {
  const { node, changes, clock, everyMs, settleMs, limitMs, say } = options;
  const began = clock.now();
  const passed = () => (clock.now() - began) / nsPerMs;
  const mark = changes.mark();
  try {
    await changes.make(nodeExclusion, { node, owner: 'drain-transit' }, { excluded: true });
    say(`${node} is excluded from the balancer; its connections end by themselves`);
    let first: number | null = null;
    let last: number | null = null;
    let noneSince: number | null = null;
    for (;;) {
      signal.throwIfAborted();
      const asked = passed(); // what opened while the table was read is the next count's
      const now = await options.count(signal);
      first ??= now;
      if (now !== last) say(`${now} connection${now === 1 ? '' : 's'} through ${node} to pods elsewhere`);
      last = now;
      if (now > 0) noneSince = null;
      else noneSince ??= asked;
      if (noneSince !== null && asked - noneSince >= settleMs) {
        changes.keep(mark);
        return { first, tookMs: passed() };
      }
      if (passed() >= limitMs)
        throw new MidflightError(
          'cluster-failed',
          `timed out after ${Math.round(limitMs / 1000)} s: ${endOf(now, settleMs)}`,
          {
            where: `node ${node}`,
            hint: 'a longer --timeout waits for connections that last longer',
          },
        );
      await clock.sleep(everyMs, signal);
    }
  } catch (error) {
    const unwound = await changes.unwind(mark, abortsAfter(undoLimitMs));
    for (const { what, result, detail } of unwound)
      say(`rolling back: ${what}: ${result === 'failed' ? 'FAILED, ' : ''}${detail}`);
    throw error;
  }
}

const endOf = (count: number, settleMs: Milliseconds) =>
  count > 0
    ? `${count} connection${count === 1 ? ' still passes' : 's still pass'} through it`
    : `it has not been without a connection for ${settleMs / 1000} s`;
