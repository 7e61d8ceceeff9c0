import { defineCommand } from '../command.ts';
import { connectionArguments, connectionOptions } from '../connection-options.ts';

export const connections = defineCommand({
  usage: 'connections',
  describe: 'Counts live connections that pass through each node and belong to pods elsewhere',
  examples: [
    ['connections --context kind-lab', 'every node, by docker exec'],
    ['connections --context prod --node spot-7 --allow-changes', 'one node, by a pod that is removed again'],
  ],
  options: (cli) =>
    connectionOptions(cli)
      .option('node', {
        type: 'string',
        requiresArg: true,
        describe: 'Only this node',
        defaultDescription: 'all',
      })
      .option('json', { type: 'boolean', default: false, describe: 'JSON to standard output' }),
  run: async (args, io) => {
    const { countConnections } = await import('../count-connections.ts');
    return countConnections({ ...connectionArguments(args), node: args.node, json: args.json }, io);
  },
});
