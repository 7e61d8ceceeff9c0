import { defineCommand } from '../command.ts';

export const cluster = defineCommand({
  usage: 'cluster <action> [file]',
  describe: 'The kind cluster alone: up, down, status',
  examples: [
    ['cluster up experiments/preemption.yaml', 'nodes, Traefik and app as the scenario says'],
    ['run experiments/preemption.yaml --cluster kind --reuse', 'on that cluster'],
    ['cluster status', 'what there is'],
    ['cluster down', 'removes it'],
  ],
  options: (cli) =>
    cli
      .positional('action', {
        choices: ['up', 'down', 'status'] as const,
        demandOption: true,
        describe: 'What to do',
      })
      .positional('file', { type: 'string', describe: 'The scenario, for up' })
      .option('image-node', { type: 'string', requiresArg: true, describe: 'Image of the nodes' })
      .option('image-traefik', { type: 'string', requiresArg: true, describe: 'Image of Traefik' })
      .option('image-app', {
        type: 'string',
        requiresArg: true,
        describe: 'Node image of app, edge and load',
      }),
  run: async (args, io) => {
    const { clusterAction } = await import('../cluster-action.ts');
    const images = { node: args.imageNode, traefik: args.imageTraefik, app: args.imageApp };
    return clusterAction(args.action, args.file, images, io);
  },
});
