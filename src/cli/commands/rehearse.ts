import { madeClusterNames } from '../../catalogue/clusters.ts';
import { policyNames } from '../../catalogue/policies.ts';
import {
  balancerOption,
  contextOption,
  kubeconfigOption,
  manifestsOption,
  namespaceOption,
  oneServiceOption,
  spotLabelOption,
} from '../cluster-options.ts';
import { defineCommand } from '../command.ts';
import { quietOption } from '../report-options.ts';

export const rehearse = defineCommand({
  usage: 'rehearse',
  describe:
    "Makes a scenario of your cluster's shape and runs it: what a node's death and each way to flip cost",
  examples: [
    [
      'rehearse --context prod --service ingress/traefik',
      'reads prod, writes nothing to it, runs on this machine',
    ],
    [
      'rehearse --service traefik -o traefik.yaml --write-only',
      'the scenario alone, to keep and to run later',
    ],
    ['rehearse -f rendered/ --service web', 'from manifests; the nodes are assumed if there are none'],
  ],
  options: (cli) =>
    cli
      .option('context', contextOption)
      .option('kubeconfig', kubeconfigOption)
      .option('namespace', namespaceOption)
      .option('service', {
        ...oneServiceOption('The Service: NAME or NAMESPACE/NAME'),
        defaultDescription: 'the only one of type LoadBalancer or NodePort',
      })
      .option('balancer', balancerOption)
      .option('file', manifestsOption)
      .option('spot-label', spotLabelOption)
      .option('output', {
        type: 'string',
        alias: 'o',
        requiresArg: true,
        describe: 'Write the scenario to this file',
      })
      .option('write-only', {
        type: 'boolean',
        default: false,
        describe: 'Write the scenario without running it; without --output, or with -, to standard output',
      })
      .option('cluster', {
        choices: madeClusterNames,
        default: 'embedded' as const,
        requiresArg: true,
        describe: 'Which cluster to run it on',
      })
      .option('policy', {
        type: 'string',
        array: true,
        nargs: 1,
        choices: policyNames,
        describe: 'Run only this policy; may be given several times',
      })
      .option('repeats', { type: 'number', requiresArg: true, describe: 'Repeats of every policy' })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Report folder',
        defaultDescription: 'reports/<time>-<experiment>',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Replace a file at --output that rehearse has not written, and foreign reports in --out',
      })
      .option('quiet', quietOption),
  run: async (args, io) => {
    const { rehearseService } = await import('../rehearse-service.ts');
    return rehearseService(
      { ...args, files: args.file ?? [], spotLabels: args.spotLabel ?? [], policies: args.policy },
      io,
    );
  },
});
