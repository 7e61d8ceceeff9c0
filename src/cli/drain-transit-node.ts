import { systemClock } from '../base/clock.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { visibleLine } from '../base/visible.ts';
import { excludeLabel } from '../kube/names.ts';
import { drainAccess } from '../policies/access.ts';
import { drainRefusal, drainTransit } from '../run/drain-transit.ts';
import { type ConnectionArguments, connectionReader } from './connection-reader.ts';
import { noNode } from './count-connections.ts';
import { withHeldCluster } from './held-cluster.ts';
import type { Io } from './io.ts';
import { durationOption } from './option-values.ts';
import { refuseMissing } from './rights.ts';

interface DrainTransitArguments extends ConnectionArguments {
  readonly node: string;
  readonly every: string;
  readonly settle: string;
  readonly timeout: string;
}

/** `midflight drain-transit`: 0: the node may go, and stays excluded. 3: it was rolled back. */
export async function drainTransitNode(args: DrainTransitArguments, io: Io): Promise<ExitCode> {
  const everyMs = durationOption('every', args.every, within(500));
  const settleMs = durationOption('settle', args.settle, within(0));
  const limitMs = durationOption('timeout', args.timeout, within(1000));
  const reader = await connectionReader(args, io);
  const node = reader.nodes.find(({ name }) => name === args.node);
  if (node === undefined) throw noNode(args.node, reader.nodes);
  const refusal = drainRefusal(args.node, reader.nodes);
  if (refusal !== null) throw new MidflightError('cluster-failed', refusal, { where: `node ${args.node}` });
  if (!args.allowChanges)
    throw new MidflightError('bad-usage', 'nothing was changed: --allow-changes is not given', {
      hint: 'midflight connections shows what passes through the node, and changes nothing',
    });
  const how = await reader.way([node]);
  await refuseMissing(reader.opened, drainAccess);
  const say = (text: string) => io.stderr.write(`midflight: ${visibleLine(text)}\n`);
  say(`reading ${args.node}: ${how}`);
  const what = `drain-transit ${args.node}`;
  const { result, failures } = await withHeldCluster({ opened: reader.opened, what, say }, (held) => {
    const pods = held.log(`${what}: counting`);
    return drainTransit(
      {
        ...{ node: args.node, changes: held.changes, clock: systemClock, everyMs, settleMs, limitMs, say },
        count: async (stop) => (await reader.count([node], pods, stop))[0]?.transit ?? 0,
      },
      held.signal,
    );
  });
  const { first, tookMs } = result;
  io.stdout.write(
    `${args.node} may go: ${first} connection${first === 1 ? '' : 's'} ended by themselves in ${Math.round(tookMs / 1000)} s, and it gets no new ones (kubectl label node ${args.node} ${excludeLabel}- takes it back)\n`,
  );
  return failures.length === 0 ? exitCodes.pass : exitCodes.incomplete;
}

const within = (leastMs: number) => ({ leastMs, mostHours: 168, hint: 'write 5s, 90s or 10m' });
