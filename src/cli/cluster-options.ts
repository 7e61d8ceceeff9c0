import { presetNames } from '../scenario/parts/edge.ts';

/*
 * Flags that name a cluster, or manifests in its place, on the commands that read one. Each is written once, so that it means
 * and means the same everywhere.
 */

export const contextOption = {
  type: 'string',
  requiresArg: true,
  describe: 'A context of the kubeconfig',
  defaultDescription: 'the current one',
} as const;

export const kubeconfigOption = {
  type: 'string',
  requiresArg: true,
  describe: 'The kubeconfig file',
  defaultDescription: '$KUBECONFIG, ~/.kube/config, or the service account of the pod',
} as const;

export const namespaceOption = {
  type: 'string',
  alias: 'n',
  requiresArg: true,
  describe: 'Only Services of this namespace',
} as const;

/** The namespace of the one Service that a command is about. */
export const serviceNamespaceOption = {
  type: 'string',
  alias: 'n',
  requiresArg: true,
  describe: "The Service's namespace, unless its name includes it",
  defaultDescription: 'default',
} as const;

/** One Service of many; the command describes what it is for. */
export const oneServiceOption = (describe: string) =>
  ({ type: 'string', requiresArg: true, describe }) as const;

export const balancerOption = {
  choices: presetNames,
  requiresArg: true,
  describe: 'The load balancer in front of the Service',
  defaultDescription: 'what the audit finds',
} as const;

export const manifestsOption = {
  type: 'string',
  alias: 'f',
  array: true,
  describe:
    'Manifests, or output of kubectl get -o yaml, instead of a cluster: files, folders, or - for standard input',
} as const;

export const spotLabelOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: 'KEY=VALUE or KEY of your own label or taint for preemptible nodes; may be given several times',
} as const;
