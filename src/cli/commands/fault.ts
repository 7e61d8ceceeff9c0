import { liveFaults } from '../../run/live-fault/names.ts';
import { contextOption, kubeconfigOption, serviceNamespaceOption } from '../cluster-options.ts';
import { defineCommand } from '../command.ts';

export const fault = defineCommand({
  usage: 'fault <kind> <nodes..>',
  describe:
    'Injects a fault into nodes of your own cluster that allow it by a label, holds it, and undoes it',
  examples: [
    [
      'watch https://shop.example/slow -- midflight fault drain spot-7 --service web/traefik --allow-changes',
      'what clients lose meanwhile',
    ],
    [
      "fault command spot-7 --service web/traefik --command 'gcloud compute instances stop {name} --zone {zone}' --recover 'gcloud compute instances start {name} --zone {zone}' --allow-changes",
      'as the cloud takes it',
    ],
  ],
  options: (cli) =>
    cli
      .positional('kind', { choices: liveFaults, demandOption: true, describe: 'The fault to inject' })
      .positional('nodes', { type: 'string', array: true, demandOption: true, describe: 'Their names' })
      .option('service', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'NAMESPACE/NAME, or NAME: its last node is never taken, and pod-delete takes its pods',
      })
      .option('namespace', serviceNamespaceOption)
      .option('context', contextOption)
      .option('kubeconfig', kubeconfigOption)
      .option('command', {
        type: 'string',
        requiresArg: true,
        describe:
          'For the fault command: what takes a node out, run without a shell; {name}, {zone}, {providerID}',
      })
      .option('recover', {
        type: 'string',
        requiresArg: true,
        describe: 'For the fault command: what brings the node back',
      })
      .option('opt-in', {
        type: 'string',
        default: 'midflight.dev/chaos=allowed',
        requiresArg: true,
        describe: 'KEY=VALUE: the label without which a node is refused',
      })
      .option('max-nodes', {
        type: 'number',
        default: 1,
        requiresArg: true,
        describe: 'How many nodes may be out at once',
      })
      .option('hold', {
        type: 'string',
        default: '60s',
        requiresArg: true,
        describe: 'How long to hold the fault before it is undone',
      })
      .option('timeout', {
        type: 'string',
        default: '15m',
        requiresArg: true,
        describe: 'Time limit of each eviction, deletion or command',
      })
      .option('delete-emptydir-data', {
        type: 'boolean',
        default: false,
        describe: 'Also drain pods with an emptyDir, whose data is lost',
      })
      .option('allow-changes', {
        type: 'boolean',
        default: false,
        describe: 'Change the cluster; without it nothing is written',
      }),
  run: async (args, io) => {
    const { injectLiveFault } = await import('../inject-fault.ts');
    const { kind, nodes, service, namespace, context, kubeconfig, command, recover, optIn } = args;
    const { maxNodes, hold, timeout, deleteEmptydirData, allowChanges } = args;
    return injectLiveFault(
      {
        ...{ fault: kind, nodes, service, namespace, context, kubeconfig, command, recover, optIn },
        ...{ maxNodes, hold, timeout, deleteEmptydirData, allowChanges },
      },
      io,
    );
  },
});
