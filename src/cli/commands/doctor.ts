import { type ExitCode, exitCodes } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { imageFlags, withImageOptions } from '../image-options.ts';
import { requestedImages } from '../images.ts';

export const doctor = defineCommand({
  usage: 'doctor',
  describe: 'Says what this machine lacks, and what to do about it',
  examples: [
    ['doctor', 'for both clusters'],
    ['doctor --cluster kind', 'for a real cluster'],
  ],
  options: (cli) =>
    withImageOptions(
      cli
        .option('cluster', {
          type: 'string',
          choices: ['embedded', 'kind'] as const,
          describe: 'Only for this one',
        })
        .option('json', { type: 'boolean', default: false, describe: 'As JSON' }),
    ),
  run: async (args, { stdout, env }): Promise<ExitCode> => {
    const { doctor: examine } = await import('../../providers/kind/doctor.ts');
    const images = requestedImages(imageFlags(args), env);
    const wanted = args.cluster === undefined ? (['embedded', 'kind'] as const) : [args.cluster];
    const found = [];
    for (const cluster of wanted) found.push({ cluster, checks: await examine({ cluster, images }) });
    if (args.json) stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    else {
      for (const { cluster, checks } of found) {
        stdout.write(`${cluster}\n`);
        for (const { name, ok, detail, hint } of checks) {
          stdout.write(`  ${ok ? 'ok     ' : 'MISSING'} ${name}: ${detail}\n`);
          if (!ok && hint !== null) stdout.write(`          ${hint.replaceAll('\n', '\n          ')}\n`);
        }
      }
    }
    const lacking = found.some(({ checks }) => checks.some(({ ok }) => !ok));
    return lacking ? exitCodes.incomplete : exitCodes.pass;
  },
});
