import { KubeConfig } from '@kubernetes/client-node';
import { MidflightError, messageOf } from '../base/errors.ts';

/** A kubeconfig's text (YAML). Throws `api-failed` where it is none or names no cluster. */
export function kubeConfigFromText(text: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromString(text);
  } catch (error) {
    throw new MidflightError('api-failed', `the kubeconfig does not parse: ${messageOf(error)}`);
  }
  return withCluster(kubeConfig, 'the kubeconfig');
}

/** A kubeconfig as kubectl finds it: the file, or $KUBECONFIG, or ~/.kube/config; `context` in place of the current one. */
export function kubeConfigFromFile(file?: string, context?: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    if (file === undefined) kubeConfig.loadFromDefault();
    else kubeConfig.loadFromFile(file);
  } catch (error) {
    throw new MidflightError('api-failed', `the kubeconfig does not load: ${messageOf(error)}`, {
      ...(file === undefined ? {} : { where: file }),
      hint: 'kubectl config view shows what kubectl would use',
    });
  }
  if (context !== undefined) kubeConfig.setCurrentContext(context);
  return withCluster(kubeConfig, file ?? 'the kubeconfig');
}

function withCluster(kubeConfig: KubeConfig, where: string): KubeConfig {
  if (kubeConfig.getCurrentCluster() === null) {
    throw new MidflightError('api-failed', `the context '${kubeConfig.currentContext}' names no cluster`, {
      where,
      hint: 'kubectl config get-contexts lists those there are',
    });
  }
  return kubeConfig;
}
