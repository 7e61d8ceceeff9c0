import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { abortController } from '../../base/signals.ts';
import type { Milliseconds, NodeName } from '../../base/units.ts';

/** Live connections through nodes, counted only while somebody asks. */
interface Established {
  /** The number in the latest count that began after the node was first asked for; infinite before there is one. */
  of(node: NodeName): number;
  /** Resolves when the count under way has ended: nothing of it is left in the cluster then. */
  stop(): Promise<void>;
}

interface EstablishedOptions {
  count(nodes: readonly NodeName[], signal: AbortSignal): Promise<ReadonlyMap<NodeName, number>>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Between two counts, real ms. */
  readonly everyMs: Milliseconds;
  say(text: string): void;
}

/** A count that fails is reported and made again: an unknown number is never taken for zero. */
export function followEstablished({ count, clock, everyMs, say }: EstablishedOptions): Established {
  const abort = abortController();
  const latest = new Map<NodeName, number>();
  const asked = new Set<NodeName>();
  let running: Promise<void> | null = null;
  let told = '';
  const once = async () => {
    const nodes = [...asked];
    asked.clear();
    try {
      const counts = await count(nodes, abort.signal);
      for (const node of nodes) latest.set(node, counts.get(node) ?? Number.POSITIVE_INFINITY);
      const left = nodes
        .filter((node) => latest.get(node) !== 0)
        .map((node) => `${node} ${latest.get(node)}`);
      tell(`open connections: ${left.length === 0 ? 'none' : left.join(', ')}`);
    } catch (error) {
      for (const node of nodes) latest.delete(node);
      if (!abort.signal.aborted) tell(`open connections could not be counted: ${messageOf(error)}`);
    }
    await clock.sleep(everyMs, abort.signal).catch(() => {}); // stopped
    running = null;
  };
  const tell = (text: string) => {
    if (text !== told) say(text);
    told = text;
  };
  return {
    of(node) {
      asked.add(node);
      if (!abort.signal.aborted) running ??= once();
      return latest.get(node) ?? Number.POSITIVE_INFINITY;
    },
    async stop() {
      abort.abort(new Error('stopped'));
      await running;
    },
  };
}
