/*
 * Flags that name a cluster, or manifests in its place, on the commands that read one. Each is written once, so that it means
 * and says the same everywhere.
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

export const manifestsOption = {
  type: 'string',
  alias: 'f',
  array: true,
  describe:
    'Manifests, or the output of kubectl get -o yaml, in place of a cluster: files, folders, - for standard input',
} as const;

export const spotLabelOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe:
    'KEY=VALUE, or KEY: a label or taint of your own for preemptible nodes; may be given several times',
} as const;
