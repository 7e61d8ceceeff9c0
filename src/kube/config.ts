import { KubeConfig } from '@kubernetes/client-node';
import { MidflightError, messageOf } from '../base/errors.ts';
import { bounded } from './bounded.ts';

/** How a kubeconfig's API server is named in messages, and how long it may take for one answer (real ms). */
interface ServerOptions {
  readonly server?: string;
  readonly answerWithinMs?: number;
}

/**
 * A kubeconfig whose clients wait no longer than `answerWithinMs` for any answer; client-node's own wait forever. They
 * throw ApiError (`api-failed`) with the server and the call.
 */
class BoundedKubeConfig extends KubeConfig {
  readonly #options: ServerOptions;

  constructor(options: ServerOptions = {}) {
    super();
    this.#options = options;
  }

  override makeApiClient: KubeConfig['makeApiClient'] = (type) => {
    const { server = `the API server of ${this.currentContext}`, answerWithinMs } = this.#options;
    return bounded(super.makeApiClient(type), server, answerWithinMs);
  };
}

/**
 * A kubeconfig's text (YAML), with bounded clients. Throws `api-failed` if it does not parse, or its context names no
 * cluster.
 */
export function kubeConfigFromText(text: string, options: ServerOptions = {}): KubeConfig {
  const kubeConfig = new BoundedKubeConfig(options);
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
