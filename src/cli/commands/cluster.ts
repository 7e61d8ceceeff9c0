import { defineCommand } from '../command.ts';
import { imageFlags, withImageOptions } from '../image-options.ts';

export const cluster = defineCommand({
  usage: 'cluster <action> [file]',
  describe: 'Starts, removes or lists clusters, without an experiment',
  examples: [
    ['cluster up --cluster embedded', 'a playground without Docker: real kubectl, a balancer, two pools'],
    ['cluster up mine.yaml --cluster embedded --time-scale 10', 'of another shape, ten times as fast'],
    ['cluster up experiments/preemption.yaml', 'on kind: nodes, Traefik and app as the scenario has them'],
    ['run experiments/preemption.yaml --cluster kind --reuse', 'on that cluster'],
    ['cluster status', 'the clusters of midflight, and how to reach them'],
    ['cluster down', 'removes them'],
  ],
  options: (cli) =>
    withImageOptions(
      cli
        .positional('action', {
          choices: ['up', 'down', 'status'] as const,
          demandOption: true,
          describe: 'What to do',
        })
        .positional('file', { type: 'string', describe: 'For up: the scenario' })
        .option('kind-config', {
          type: 'string',
          requiresArg: true,
          describe: "For up: your own kind configuration; the scenario's nodes and timers are added to it",
        })
        .option('cluster', {
          choices: ['kind', 'embedded'] as const,
          requiresArg: true,
          describe: 'Which kind of cluster to start',
          defaultDescription: 'kind',
        })
        .option('time-scale', {
          type: 'number',
          requiresArg: true,
          describe: 'embedded: how many times as fast time runs, 1 to 20',
          defaultDescription: '1',
        })
        .option('foreground', {
          type: 'boolean',
          default: false,
          describe: 'embedded: stay in this process until Ctrl-C',
        }),
    ),
  run: async (args, io) => {
    const { clusterAction } = await import('../cluster-action.ts');
    const { action, file, kindConfig, cluster, timeScale, foreground } = args;
    const images = imageFlags(args);
    return clusterAction({ action, file, kindConfig, cluster, timeScale, foreground, images }, io);
  },
});
