import { defineCommand } from '../command.ts';
import { dirArgument } from '../dir-argument.ts';

export const explain = defineCommand({
  usage: 'explain <dir> [request]',
  describe:
    'Explains why a request was lost: its records and what happened around it; without REQUEST, every lost request',
  examples: [
    ['explain reports/2026-03-01T14-05-09-preemption', 'every lost request'],
    ['explain reports/2026-03-01T14-05-09-preemption 0-slow-2', 'the whole story of one'],
  ],
  options: (cli) =>
    cli
      .positional('dir', dirArgument)
      .positional('request', {
        type: 'string',
        describe: 'Name of the request, as in the table of report.html',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print it as JSON' }),
  run: async ({ dir, request, json }, io) => {
    const { explain: run } = await import('../explain.ts');
    return run(dir, request, { json }, io);
  },
});
