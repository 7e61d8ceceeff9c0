import { defineCommand } from '../command.ts';
import { imageFlags, withImageOptions } from '../image-options.ts';

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
    withImageOptions(
      cli
        .positional('action', {
          choices: ['up', 'down', 'status'] as const,
          demandOption: true,
          describe: 'What to do',
        })
        .positional('file', { type: 'string', describe: 'The scenario, for up' })
        .option('kind-config', {
          type: 'string',
          requiresArg: true,
          describe: "A configuration of your own that the scenario's nodes and timers are added to, for up",
        }),
    ),
  run: async (args, io) => {
    const { clusterAction } = await import('../cluster-action.ts');
    return clusterAction(
      { action: args.action, file: args.file, kindConfig: args.kindConfig, images: imageFlags(args) },
      io,
    );
  },
});
