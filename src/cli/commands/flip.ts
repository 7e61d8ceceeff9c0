import { switchoverNames } from '../../catalogue/switchovers.ts';
import { balancerOption, contextOption, serviceNamespaceOption } from '../cluster-options.ts';
import { defineCommand } from '../command.ts';
import { readerOptions } from '../connection-options.ts';
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
    readerOptions(
      cli.positional('service', { type: 'string', demandOption: true, describe: 'NAMESPACE/NAME, or NAME' }),
    )
      .option('to', {
        choices: ['Local', 'Cluster'] as const,
        demandOption: true,
        requiresArg: true,
        describe: 'The policy to change to',
      })
      .option('strategy', {
        choices: ['auto', ...switchoverNames] as const,
        default: 'auto' as const,
        requiresArg: true,
        describe: 'How to change it; auto: the cheapest measured way that is possible',
      })
      .option('balancer', balancerOption)
      .option('url', {
        type: 'string',
        requiresArg: true,
        describe: 'What clients ask for through the balancer; watched throughout',
      })
      .option('context', contextOption)
      .option('kubeconfig', { type: 'string', requiresArg: true, describe: 'The kubeconfig file' })
      .option('namespace', serviceNamespaceOption)
      .option('allow-changes', {
        type: 'boolean',
        default: false,
        describe: 'Change the cluster; without it nothing is written',
      })
      .option('yes', { type: 'boolean', alias: 'y', default: false, describe: 'Do not ask' })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Print every API call that would be made',
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
      .option('await-connections', {
        type: 'boolean',
        default: false,
        describe:
          'Wait until the connection table of each excluded node shows no connection that it passes on',
      })
      .option('await-timeout', {
        type: 'string',
        default: '15m',
        requiresArg: true,
        describe: 'Time limit of --await-connections in one step; after it the flip is rolled back',
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
      .option('header-file', {
        type: 'string',
        requiresArg: true,
        describe: 'A file of headers, one per line',
      })
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
    const { by, netlink, image, podNamespace, awaitConnections, awaitTimeout } = args;
    const { allowChanges, yes, dryRun, json, reporter, maxLost, maxFailed } = args;
    return flipService(
      {
        ...{ service, to, strategy, balancer, url, context, kubeconfig, namespace },
        ...{ allowChanges, yes, dryRun, json, reporter, maxLost, maxFailed },
        awaited: awaitConnections ? { by, netlink, image, podNamespace, timeout: awaitTimeout } : null,
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
