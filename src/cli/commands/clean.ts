import { defineCommand } from '../command.ts';

export const clean = defineCommand({
  usage: 'clean',
  describe: 'Undoes what a killed run left behind: processes, containers, clusters, changes of a cluster',
  examples: [
    ['clean', 'from any folder; says what it did'],
    ['clean --dry-run', 'says what there is to do'],
    ['clean --finish', 'completes a flip whose process died'],
  ],
  options: (cli) =>
    cli
      .option('dry-run', { type: 'boolean', default: false, describe: 'Only report what was left' })
      .option('finish', {
        type: 'boolean',
        default: false,
        describe: 'Complete a killed flip instead of undoing it',
      }),
  run: async (args, io) => {
    const { cleanAll } = await import('../clean.ts');
    return cleanAll({ dryRun: args.dryRun, finish: args.finish }, io);
  },
});
