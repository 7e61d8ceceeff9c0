import {
  contextOption,
  kubeconfigOption,
  manifestsOption,
  namespaceOption,
  oneServiceOption,
  spotLabelOption,
} from '../cluster-options.ts';
import { defineCommand } from '../command.ts';

/** Written out: the audit's own code is loaded only when it runs (a test compares). */
export const auditFormatChoices = ['table', 'json', 'markdown', 'sarif'] as const;
export const failOnChoices = ['critical', 'high', 'medium', 'low', 'info', 'never'] as const;

export const audit = defineCommand({
  usage: 'audit',
  describe:
    'Which nodes of a cluster only pass connections on, and what their death or a change of policy costs',
  examples: [
    ['audit --context prod', 'a cluster, read-only: by list alone'],
    ['audit -f rendered/*.yaml --format sarif', 'manifests, for code scanning'],
    [
      'kubectl get nodes,svc,endpointslices,deploy,ds -A -o yaml | midflight audit -f -',
      'what somebody sent you',
    ],
  ],
  options: (cli) =>
    cli
      .option('context', contextOption)
      .option('kubeconfig', kubeconfigOption)
      .option('namespace', namespaceOption)
      .option('service', oneServiceOption('Only this Service: NAME or NAMESPACE/NAME'))
      .option('file', manifestsOption)
      .option('manifests', {
        type: 'string',
        requiresArg: true,
        describe: "The folder of manifests that the cluster's Services come from; findings point into it",
      })
      .option('spot-label', spotLabelOption)
      .option('longest', {
        type: 'string',
        requiresArg: true,
        describe: 'How long your longest request takes, for example 60s',
      })
      .option('fail-on', {
        type: 'string',
        choices: failOnChoices,
        default: 'high' as const,
        requiresArg: true,
        describe: 'Exit 1 if a finding has this severity or a higher one',
      })
      .option('format', {
        type: 'string',
        choices: auditFormatChoices,
        default: 'table' as const,
        requiresArg: true,
        describe: 'Output format',
      }),
  run: async (args, io) => {
    const { auditCluster } = await import('../audit-cluster.ts');
    return auditCluster({ ...args, files: args.file ?? [], spotLabels: args.spotLabel ?? [] }, io);
  },
});
