import { lanes } from '../../base/connections.ts';
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

export const watch = defineCommand({
  usage: 'watch <url>',
  describe: 'Watches any URL, without a cluster, while a command runs',
  examples: [
    ['watch https://shop.example/slow --duration 2m', 'what is lost in the next two minutes'],
    [
      'watch https://shop.example/slow -- kubectl patch svc/traefik -p \'{"spec":{"externalTrafficPolicy":"Local"}}\'',
      'what a change costs',
    ],
    ['watch https://shop.example/export --probe-path /healthz', 'if the URL takes longer than a probe may'],
    ['watch https://shop.example/ --streams 0 --rate 10 --max-failover 5s -- ./deploy.sh', 'as a gate in CI'],
  ],
  options: (cli) =>
    cli
      .positional('url', { type: 'string', demandOption: true, describe: 'http or https' })
      .option('streams', streamsOption)
      .option('rate', {
        type: 'number',
        default: watchDefaults.rate,
        requiresArg: true,
        describe: 'Probes a second in each lane; 0: none',
      })
      .option('lane', {
        type: 'string',
        array: true,
        nargs: 1,
        choices: lanes,
        describe: 'Probes on new connections, on a kept one, or both',
        defaultDescription: 'both',
      })
      .option('duration', {
        type: 'string',
        default: watchDefaults.duration,
        requiresArg: true,
        describe: 'How long to watch; a command that takes longer is waited for',
      })
      .option('stall', stallOption)
      .option('timeout', {
        type: 'string',
        default: watchDefaults.timeout,
        requiresArg: true,
        describe: 'How long a probe may take to receive its whole answer',
      })
      .option('probe-path', {
        type: 'string',
        requiresArg: true,
        describe: 'What probes ask for on the same host',
        defaultDescription: "the URL's own path",
      })
      .option('stability', {
        type: 'string',
        default: watchDefaults.stability,
        requiresArg: true,
        describe: 'How long all probes must succeed before a failover is over',
      })
      .option('status', statusOption)
      .option('header', {
        type: 'string',
        array: true,
        nargs: 1,
        describe:
          "'Name: value', sent with every request; 'Name: env:VARIABLE' takes it from the environment; may be given several times",
      })
      .option('header-file', {
        type: 'string',
        requiresArg: true,
        describe: 'A file of headers, one per line; keeps secrets out of the process list',
      })
      .option('show-command', {
        type: 'boolean',
        default: false,
        describe: "Keep the URL's query and the command's arguments in reports; they may be secret",
      })
      .option('method', {
        type: 'string',
        choices: ['GET', 'HEAD', 'POST'] as const,
        default: watchDefaults.method,
        requiresArg: true,
        describe: 'Method of every request; POST has an empty body',
      })
      .option('expect-bytes', {
        type: 'number',
        requiresArg: true,
        describe: 'A stream with another number of bytes in its body is lost',
      })
      .option('expect-end', {
        type: 'string',
        requiresArg: true,
        describe: 'A stream whose body does not end with this text is lost',
      })
      .option('min-time', {
        type: 'string',
        requiresArg: true,
        describe: 'A stream that ends sooner is lost, even if it ends properly',
      })
      .option('follow', {
        type: 'string',
        requiresArg: true,
        describe: 'How long to follow streams that outlast the watch',
        defaultDescription: '60s, or --stall and 5s',
      })
      .option('http', {
        type: 'string',
        choices: ['1.1', '2'] as const,
        default: watchDefaults.http,
        requiresArg: true,
        describe: "The probes' protocol",
      })
      .option('insecure', insecureOption)
      .option('resolve', resolveOption)
      .option('max-lost', {
        type: 'number',
        requiresArg: true,
        describe: 'Exit 1 when more streams are lost',
      })
      .option('max-failed', {
        type: 'number',
        requiresArg: true,
        describe: 'Exit 1 when more probes of a lane fail',
      })
      .option('max-failover', {
        type: 'string',
        requiresArg: true,
        describe: 'Exit 1 when new requests fail for longer',
      })
      .option('i-own-this', ownTargetOption)
      .option('agents', {
        type: 'number',
        requiresArg: true,
        describe: 'Send the load from this many pods of a cluster instead of from this machine',
      })
      .option('context', {
        type: 'string',
        requiresArg: true,
        describe: "The agents' cluster: a context of the kubeconfig",
        defaultDescription: 'the current one',
      })
      .option('kubeconfig', { type: 'string', requiresArg: true, describe: "The agents' kubeconfig file" })
      .option('namespace', {
        type: 'string',
        alias: 'n',
        requiresArg: true,
        describe: 'The namespace of the agents',
        defaultDescription: 'default',
      })
      .option('allow-changes', {
        type: 'boolean',
        default: false,
        describe: 'Create the agents; without it nothing is written to a cluster',
      })
      .option('agent-image', {
        type: 'string',
        requiresArg: true,
        describe: "midflight's image, of this version",
        defaultDescription: 'ghcr.io/midflight/midflight:VERSION',
      })
      .option('out', watchedOutOption)
      .option('force', forceOption)
      .option('json', jsonOption)
      .option('reporter', reporterOption)
      .option('quiet', quietOption),
  run: async (args, io) => {
    const { watchUrl } = await import('../watch-url.ts');
    const command = args['--'];
    return watchUrl(
      {
        url: args.url,
        streams: args.streams,
        rate: args.rate,
        probePath: args.probePath,
        lanes: args.lane ?? lanes,
        duration: args.duration,
        stall: args.stall,
        timeout: args.timeout,
        stability: args.stability,
        status: args.status,
        headers: args.header ?? [],
        headerFile: args.headerFile,
        showCommand: args.showCommand,
        http: args.http,
        method: args.method,
        expectBytes: args.expectBytes,
        expectEnd: args.expectEnd,
        minTime: args.minTime,
        follow: args.follow,
        insecure: args.insecure,
        resolve: args.resolve,
        maxLost: args.maxLost,
        maxFailed: args.maxFailed,
        maxFailover: args.maxFailover,
        iOwnThis: args.iOwnThis,
        agents: args.agents,
        context: args.context,
        kubeconfig: args.kubeconfig,
        namespace: args.namespace,
        agentImage: args.agentImage,
        allowChanges: args.allowChanges,
        out: args.out,
        force: args.force,
        json: args.json,
        reporter: args.reporter,
        quiet: args.quiet,
        command: Array.isArray(command) ? command.map(String) : [],
      },
      io,
    );
  },
});
