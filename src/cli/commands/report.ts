import { defineCommand } from '../command.ts';
import { dirArgument } from '../dir-argument.ts';
import { reporterOption } from '../report-options.ts';

export const report = defineCommand({
  usage: 'report <dir>',
  describe: 'Writes the same report again, from the history alone',
  examples: [
    ['report reports/2026-03-01T14-05-09-preemption', 'a report folder'],
    ['report reports/tuesday --baseline reports/monday', 'the page with what became worse or better'],
    ['report runs/history.ndjson --json', 'a history; the report to standard output as JSON'],
  ],
  options: (cli) =>
    cli
      .positional('dir', dirArgument)
      .option('json', { type: 'boolean', default: false, describe: 'Print report.json to standard output' })
      .option('reporter', reporterOption)
      .option('baseline', {
        type: 'string',
        requiresArg: true,
        describe: 'Compare with this report; exit 1 on a regression',
      }),
  run: async ({ dir, json, reporter, baseline }, io) => {
    const { reportAgain } = await import('../report-again.ts');
    return reportAgain(dir, { json, reporter, baseline }, io);
  },
});
