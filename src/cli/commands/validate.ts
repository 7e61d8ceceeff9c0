import { defineCommand } from '../command.ts';

export const validate = defineCommand({
  usage: 'validate <files..>',
  describe: 'Reports every problem of scenario files, with line and column',
  examples: [
    ['validate my.yaml', 'all its problems at once'],
    ['validate experiments/*.yaml', 'several files'],
    ['generate | midflight validate -', 'standard input'],
  ],
  options: (cli) =>
    cli.positional('files', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Scenario files, or names of experiments that come with midflight; - for standard input',
    }),
  run: async ({ files }, io) => {
    const { validateFiles } = await import('../validate-files.ts');
    return validateFiles(files, io);
  },
});
