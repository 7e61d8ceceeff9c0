import { systemClock } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { abortController } from '../base/signals.ts';
import { parseDuration } from '../base/units.ts';
import type { FlippedService } from '../run/flip/context.ts';
import { followEstablished } from '../run/flip/established.ts';
import type { FlipOptions } from '../run/flip/flip.ts';
import { type ConnectionArguments, connectionReader } from './connection-reader.ts';
import { contextLog } from './context-log.ts';
import type { Io } from './io.ts';

export interface AwaitedArguments
  extends Pick<ConnectionArguments, 'by' | 'netlink' | 'image' | 'podNamespace'> {
  readonly timeout: string;
}

/** Open connections through excluded nodes, for a flip that waits for them. */
export interface AwaitedConnections {
  /** `what`: for the journal of the pods that read tables. */
  follow(
    say: (text: string) => void,
    what: string,
  ): NonNullable<FlipOptions['established']> & { stop(): Promise<void> };
}

/** Between two counts, real ms. */
const everyMs = 5000;

/**
 * Checks that the tables of all nodes can be read. Writes nothing. Null: nothing is waited for. Throws `bad-usage`, `api-failed`.
 */
export async function awaitedConnections(
  args: Pick<ConnectionArguments, 'context' | 'kubeconfig' | 'allowChanges'> & {
    readonly awaited: AwaitedArguments | null;
  },
  { namespace, name }: Pick<FlippedService, 'namespace' | 'name'>,
  io: Io,
): Promise<AwaitedConnections | null> {
  const { awaited, context, kubeconfig, allowChanges } = args;
  if (awaited === null) return null;
  const limitMs = parseDuration(awaited.timeout);
  if (limitMs === undefined)
    throw new MidflightError('bad-usage', `--await-timeout ${awaited.timeout} is not a duration`, {
      hint: 'write 90s, 10m or 2h',
    });
  const asked = { ...awaited, context, kubeconfig, allowChanges, namespace };
  const reader = await connectionReader({ ...asked, service: `${namespace}/${name}` }, io);
  await reader.way(reader.nodes);
  return {
    follow(say, what) {
      // A log of its own: what the flip keeps in the end must not keep a pod.
      const pods = contextLog({ opened: reader.opened, what: `${what}: counting` }, abortController().signal);
      const { of, stop } = followEstablished({
        ...{ clock: systemClock, everyMs, say },
        async count(names, signal) {
          const nodes = reader.nodes.filter((node) => names.includes(node.name));
          const counts = await reader.count(nodes, pods, signal);
          return new Map(counts.map(({ node, transit, local }) => [node, transit + local]));
        },
      });
      return {
        ...{ of, limitMs },
        async stop() {
          await stop();
          pods.close();
        },
      };
    },
  };
}
