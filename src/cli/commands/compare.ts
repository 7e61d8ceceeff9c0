import { defineCommand } from '../command.ts';

export const compare = defineCommand({
  usage: 'compare <before> <after>',
  describe: 'Compares two reports: what became worse or better by more than chance',
  examples: [
    ['compare reports/monday reports/tuesday', 'two report folders'],
    ['compare baseline.json reports/tuesday --fail-on regression', 'in CI: exit 1 on a regression'],
    ['compare baseline.json reports/tuesday --format markdown', 'for a pull request'],
  ],
  options: (cli) =>
    cli
      .positional('before', {
        type: 'string',
        demandOption: true,
        describe: 'A report folder or report.json',
      })
      .positional('after', { type: 'string', demandOption: true, describe: 'A report folder or report.json' })
      .option('fail-on', {
        type: 'string',
        choices: ['regression'] as const,
        requiresArg: true,
        describe: 'Exit 1 on a regression, 2 if something could not be compared',
      })
      .option('format', {
        type: 'string',
        choices: ['text', 'markdown', 'json'] as const,
        default: 'text' as const,
        requiresArg: true,
        describe: 'Output format',
      }),
  run: async ({ before, after, failOn, format }, io) => {
    const { compareFiles } = await import('../compare.ts');
    return compareFiles(before, after, { format, failOnRegression: failOn === 'regression' }, io);
  },
});
