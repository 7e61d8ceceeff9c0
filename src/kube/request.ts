import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { MidflightError, messageOf } from '../base/errors.ts';

/** What is needed of client-node's KubeConfig to send a request; small processes bring their own. */
export type ApiAccess = Pick<KubeConfig, 'getCurrentCluster' | 'applyToHTTPSOptions'>;

export interface ApiRequest {
  readonly kubeConfig: ApiAccess;
  /** `/api/v1/nodes` */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly method?: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: { readonly contentType: string; readonly content: unknown };
  /** How long to wait for the next byte before the request has failed (real ms). */
  readonly idleTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An answer of the API server that is no success. `status` is HTTP's; 0: there was no answer. */
export class ApiError extends MidflightError {
  readonly status: number;
  constructor(status: number, what: string, cause?: unknown) {
    super('api-failed', what, cause === undefined ? {} : { cause });
    this.status = status;
  }
}

/**
 * One request to the API server with the kubeconfig's credentials; resolves with the open answer once its head is there.
 * The generated clients hold whole answers; watches and small processes want the bytes as they come.
 */
export async function openApi(request: ApiRequest): Promise<http.IncomingMessage> {
  const { kubeConfig, path, query = {}, method = 'GET', body, idleTimeoutMs = 15_000, signal } = request;
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) throw new ApiError(0, 'the kubeconfig names no cluster');
  const url = new URL(cluster.server.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const options: https.RequestOptions = { method, headers: { accept: 'application/json' } };
  try {
    await kubeConfig.applyToHTTPSOptions(options);
  } catch (error) {
    // An exec plugin that is missing or fails, a token file that cannot be read.
    throw new ApiError(0, `cannot get the kubeconfig's credentials: ${messageOf(error)}`, error);
  }
  if (signal !== undefined) options.signal = signal;
  const text = body === undefined ? undefined : JSON.stringify(body.content);
  if (body !== undefined) options.headers = { ...options.headers, 'content-type': body.contentType };
  return new Promise((resolve, reject) => {
    const failed = (error: unknown) =>
      reject(new ApiError(0, `${method} ${path}: ${messageOf(error)}`, error));
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, options, (answer) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return resolve(answer);
      answer.resume();
      reject(new ApiError(status, `${method} ${path}: the API server answered ${status}`));
    });
    outgoing.setTimeout(idleTimeoutMs, () => outgoing.destroy(new Error(`silent for ${idleTimeoutMs} ms`)));
    outgoing.on('error', failed);
    // A server whose machine died sends nothing: keep-alive probes find out.
    outgoing.on('socket', (socket) => socket.setKeepAlive(true, 10_000));
    outgoing.end(text);
  });
}

/** One request whose whole answer is JSON. Throws ApiError. */
export async function callApi(request: ApiRequest): Promise<unknown> {
  const answer = await openApi(request);
  answer.setEncoding('utf8');
  let text = '';
  try {
    for await (const chunk of answer) text += chunk;
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(0, `${request.path}: the answer broke off: ${messageOf(error)}`, error);
  }
}
