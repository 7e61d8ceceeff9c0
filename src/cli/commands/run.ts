import { policyNames } from '../../catalogue/policies.ts';
import { kubeconfigOption } from '../cluster-options.ts';
import { defineCommand } from '../command.ts';
import { imageFlags, withImageOptions } from '../image-options.ts';
import { forceOption, jsonOption, quietOption, reporterOption } from '../report-options.ts';

export const run = defineCommand({
  usage: 'run [files..]',
  describe: 'Runs experiments and writes a report of each',
  examples: [
    ['run', 'the first experiment, on this machine alone, in half a minute'],
    ['run preemption switchover', 'two that come with midflight, on the embedded cluster: no Docker'],
    ['run preemption --cluster kind', 'on a real cluster with Traefik'],
    ['run my.yaml --dry-run', 'what would be done, and how long it would take'],
    ['run my.yaml --policy Local --repeats 5', 'one policy, five times'],
    [
      'run my.yaml --cluster context:staging --allow-changes',
      'on a cluster of yours, as my.yaml names its Service',
    ],
    ['run my.yaml --json --quiet > report.json', 'for scripts'],
  ],
  options: (cli) =>
    withImageOptions(
      cli
        .positional('files', {
          type: 'string',
          array: true,
          describe: 'Scenario files, or names of experiments that come with midflight; - for standard input',
        })
        .option('cluster', {
          type: 'string',
          default: 'embedded',
          requiresArg: true,
          describe: 'embedded or kind; context:NAME is a cluster of yours, that context of the kubeconfig',
        })
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe: 'Report folder; of several files: the folder of their folders',
          defaultDescription: 'reports/<time>-<experiment>',
        })
        .option('force', forceOption)
        .option('json', jsonOption)
        .option('reporter', reporterOption)
        .option('baseline', {
          type: 'string',
          requiresArg: true,
          describe: 'Compare with this report; exit 1 on a regression',
        })
        .option('save-baseline', {
          type: 'string',
          requiresArg: true,
          describe: 'Keep the report in this file, for --baseline',
        })
        .option('repeats', { type: 'number', requiresArg: true, describe: 'Repeats of every policy' })
        .option('parallel', {
          type: 'number',
          requiresArg: true,
          describe:
            'embedded: at most this many trials at once, on clusters of their own that are used again',
        })
        .option('policy', {
          type: 'string',
          array: true,
          nargs: 1,
          choices: policyNames,
          describe: 'Only this policy; may be given several times',
        })
        .option('seed', { type: 'number', requiresArg: true, describe: 'Seed of every random choice' })
        .option('quiet', quietOption)
        .option('ui', {
          type: 'boolean',
          default: false,
          describe: 'Show the run live in the browser, on loopback',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          describe: 'Print the resolved plan without running it',
        })
        .option('keep', { type: 'boolean', default: false, describe: 'kind: keep the cluster afterwards' })
        .option('kind-config', {
          type: 'string',
          requiresArg: true,
          describe: "kind: your own configuration; the scenario's nodes and timers are added to it",
        })
        .option('reuse', {
          type: 'boolean',
          default: false,
          describe: 'kind: use the cluster that an earlier run kept',
        })
        .option('kubeconfig', { ...kubeconfigOption, describe: 'context: the kubeconfig file' })
        .option('allow-changes', {
          type: 'boolean',
          default: false,
          describe: 'context: change the cluster; without it nothing is written',
        })
        .option('header', {
          type: 'string',
          array: true,
          nargs: 1,
          describe:
            "context: 'Name: value', sent with every request; 'Name: env:VARIABLE' takes it from the environment; may be given several times",
        })
        .option('header-file', {
          type: 'string',
          requiresArg: true,
          describe: 'context: headers of a file, one a line',
        }),
    ),
  run: async (args, io) => {
    const { runFiles } = await import('../run-files.ts');
    return runFiles(
      {
        files: args.files ?? [],
        cluster: args.cluster,
        out: args.out,
        force: args.force,
        json: args.json,
        reporter: args.reporter,
        baseline: args.baseline,
        saveBaseline: args.saveBaseline,
        repeats: args.repeats,
        policies: args.policy,
        seed: args.seed,
        parallel: args.parallel,
        quiet: args.quiet,
        ui: args.ui,
        dryRun: args.dryRun,
        keep: args.keep,
        reuse: args.reuse,
        kindConfig: args.kindConfig,
        kubeconfig: args.kubeconfig,
        allowChanges: args.allowChanges,
        header: args.header,
        headerFile: args.headerFile,
        images: imageFlags(args),
      },
      io,
    );
  },
});
