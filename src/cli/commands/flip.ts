import { switchoverNames } from '../../catalogue/switchovers.ts';
import { presetNames } from '../../scenario/parts/edge.ts';
import { contextOption } from '../cluster-options.ts';
import { defineCommand } from '../command.ts';
import { forceOption, jsonOption, quietOption, reporterOption } from '../report-options.ts';
import { watchDefaults } from '../watch-defaults.ts';
import {
  insecureOption,
  ownTargetOption,
  resolveOption,
  stallOption,
  statusOption,
  streamsOption,
  watchedOutOption,
} from '../watched-options.ts';

export const flip = defineCommand({
  usage: 'flip <service>',
  describe: 'Changes externalTrafficPolicy of a live Service step by step, and rolls back if clients suffer',
  examples: [
    ['flip web/traefik --to Local --context prod', 'the plan and what each way costs; changes nothing'],
    ['flip web/traefik --to Local --context prod --dry-run', 'the same with every call of the API'],
    [
      'flip web/traefik --to Local --context prod --url https://shop.example/slow --allow-changes',
      'asks, then does it under load',
    ],
  ],
  options: (cli) =>
    cli
      .positional('service', { type: 'string', demandOption: true, describe: 'NAMESPACE/NAME, or NAME' })
      .option('to', {
        choices: ['Local', 'Cluster'] as const,
        demandOption: true,
        requiresArg: true,
        describe: 'The policy that it is to have',
      })
      .option('strategy', {
        choices: ['auto', ...switchoverNames] as const,
        default: 'auto' as const,
        requiresArg: true,
        describe: 'How; auto: the cheapest that was measured and may be taken',
      })
      .option('balancer', {
        choices: presetNames,
        requiresArg: true,
        describe: 'Which load balancer it is',
        defaultDescription: 'what the audit finds',
      })
      .option('url', {
        type: 'string',
        requiresArg: true,
        describe: 'What clients ask for through the balancer; watched throughout',
      })
      .option('context', contextOption)
      .option('kubeconfig', { type: 'string', requiresArg: true, describe: 'The kubeconfig file' })
      .option('namespace', {
        type: 'string',
        alias: 'n',
        requiresArg: true,
        describe: 'Of the Service, unless its name has it',
        defaultDescription: 'default',
      })
      .option('allow-changes', {
        type: 'boolean',
        default: false,
        describe: 'Change the cluster; without it nothing is written',
      })
      .option('yes', { type: 'boolean', alias: 'y', default: false, describe: 'Do not ask' })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Print every call of the API that would be made',
      })
      .option('max-lost', {
        type: 'number',
        default: 0,
        requiresArg: true,
        describe: 'Roll back when more streams are lost',
      })
      .option('max-failed', {
        type: 'number',
        default: 0,
        requiresArg: true,
        describe: 'Roll back when more probes of a lane fail',
      })
      .option('streams', streamsOption)
      .option('rate', {
        type: 'number',
        default: watchDefaults.rate,
        requiresArg: true,
        describe: 'Probes a second in each lane',
      })
      .option('probe-path', { type: 'string', requiresArg: true, describe: 'What probes ask for' })
      .option('stall', stallOption)
      .option('timeout', {
        type: 'string',
        default: watchDefaults.timeout,
        requiresArg: true,
        describe: 'How long a probe may take',
      })
      .option('stability', {
        type: 'string',
        default: watchDefaults.stability,
        requiresArg: true,
        describe: 'How long all probes must succeed before the next step',
      })
      .option('status', statusOption)
      .option('header', {
        type: 'string',
        array: true,
        nargs: 1,
        describe:
          "'Name: value', sent with every request; 'Name: env:VARIABLE' takes it from the environment",
      })
      .option('header-file', { type: 'string', requiresArg: true, describe: 'Headers of a file, one a line' })
      .option('insecure', insecureOption)
      .option('resolve', resolveOption)
      .option('i-own-this', ownTargetOption)
      .option('out', watchedOutOption)
      .option('force', forceOption)
      .option('json', jsonOption)
      .option('reporter', reporterOption)
      .option('quiet', quietOption),
  run: async (args, io) => {
    const { flipService } = await import('../flip-service.ts');
    const { service, to, strategy, balancer, url, context, kubeconfig, namespace } = args;
    const { allowChanges, yes, dryRun, json, reporter, maxLost, maxFailed } = args;
    return flipService(
      {
        ...{ service, to, strategy, balancer, url, context, kubeconfig, namespace },
        ...{ allowChanges, yes, dryRun, json, reporter, maxLost, maxFailed },
        watched: {
          streams: args.streams,
          rate: args.rate,
          probePath: args.probePath,
          stall: args.stall,
          timeout: args.timeout,
          stability: args.stability,
          status: args.status,
          headers: args.header ?? [],
          headerFile: args.headerFile,
          insecure: args.insecure,
          resolve: args.resolve,
          iOwnThis: args.iOwnThis,
          out: args.out,
          force: args.force,
          quiet: args.quiet,
        },
      },
      io,
    );
  },
});
