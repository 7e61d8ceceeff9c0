import { defineCommand } from '../command.ts';
import { connectionArguments, connectionOptions } from '../connection-options.ts';

export const drainTransit = defineCommand({
  usage: 'drain-transit <node>',
  describe:
    'Takes a node out of the balancer and waits until no connection passes through it to pods elsewhere',
  examples: [
    ['drain-transit spot-7 --context prod --allow-changes', 'then it may go, and no client notices'],
    ['drain-transit spot-7 --context prod --allow-changes --timeout 2h', 'for downloads that take long'],
  ],
  options: (cli) =>
    connectionOptions(cli.positional('node', { type: 'string', demandOption: true, describe: 'Its name' }))
      .option('every', {
        type: 'string',
        default: '5s',
        requiresArg: true,
        describe: 'Interval between counts',
      })
      .option('settle', {
        type: 'string',
        default: '60s',
        requiresArg: true,
        describe: 'How long the count must stay 0; at least as long as the balancer takes to follow',
      })
      .option('timeout', {
        type: 'string',
        default: '15m',
        requiresArg: true,
        describe: 'Time limit; after it the node is put back',
      }),
  run: async (args, io) => {
    const { drainTransitNode } = await import('../drain-transit-node.ts');
    const { node, every, settle, timeout } = args;
    return drainTransitNode({ ...connectionArguments(args), node, every, settle, timeout }, io);
  },
});
