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
  if (kubeConfig.getCurrentCluster() === null) {
    throw new MidflightError('api-failed', `the context '${kubeConfig.currentContext}' names no cluster`, {
      where: 'the kubeconfig',
      hint: 'kubectl config get-contexts lists those there are',
    });
  }
  return kubeConfig;
}
