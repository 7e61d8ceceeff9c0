import { defineCommand } from '../command.ts';

export const clean = defineCommand({
  usage: 'clean',
  describe: 'Undoes what a killed run has left: processes, containers, clusters, changes of a cluster',
  examples: [
    ['clean', 'from any folder; says what it did'],
    ['clean --dry-run', 'says what there is to do'],
  ],
  options: (cli) =>
    cli.option('dry-run', { type: 'boolean', default: false, describe: 'Only says what was left' }),
  run: async (args, io) => {
    const { cleanAll } = await import('../clean.ts');
    return cleanAll({ dryRun: args.dryRun }, io);
  },
});
