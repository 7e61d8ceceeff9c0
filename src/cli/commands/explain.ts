import { defineCommand } from '../command.ts';
import { dirArgument } from '../dir-argument.ts';

export const explain = defineCommand({
  usage: 'explain <dir> [request]',
  describe: 'Why a request was lost: its records, what happened around it; without REQUEST, all lost ones',
  examples: [
    ['explain reports/2026-03-01T14-05-09-preemption', 'every lost request'],
    ['explain reports/2026-03-01T14-05-09-preemption s0.12', 'the whole story of one'],
  ],
  options: (cli) =>
    cli
      .positional('dir', dirArgument)
      .positional('request', { type: 'string', describe: 'Its name, as in the table of report.html' })
      .option('json', { type: 'boolean', default: false, describe: 'The same as JSON' }),
  run: async ({ dir, request, json }, io) => {
    const { explain: run } = await import('../explain.ts');
    return run(dir, request, { json }, io);
  },
});
