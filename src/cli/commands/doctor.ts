import { type ExitCode, exitCodes } from '../../base/errors.ts';
import { madeClusterNames } from '../../catalogue/clusters.ts';
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
          choices: madeClusterNames,
          describe: 'Check only this cluster',
        })
        .option('json', { type: 'boolean', default: false, describe: 'As JSON' }),
    ),
  run: async (args, { stdout, env }): Promise<ExitCode> => {
    const { registry } = await import('../../providers/registry.ts');
    const images = requestedImages(imageFlags(args), env);
    const wanted = args.cluster === undefined ? madeClusterNames : [args.cluster];
    const found = [];
    for (const cluster of wanted) {
      const { examine } = await registry[cluster]();
      found.push({ cluster, checks: (await examine?.(images)) ?? [] });
    }
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
