import { overran } from '../base/busy-machine.ts';
import { ApiError } from './request.ts';

/**
 * How long an API server may take for one answer, real ms. A real one gives up a request of its own after 60 s
 * (kube-apiserver --request-timeout) and a webhook after at most 30 s; ours are small reads and patches.
 */
const answerWithinMs = 30_000;

/**
 * The same client, of which every call ends in time: a server that hangs is named as the reason. Throws ApiError
 * (`api-failed`).
 */
export function bounded<T extends object>(client: T, server: string, limitMs: number = answerWithinMs): T {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) =>
        within(value.apply(target, args), server, String(name), limitMs);
    },
  });
}

function within(answer: unknown, server: string, call: string, limitMs: number): unknown {
  if (!(answer instanceof Promise)) return answer;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new ApiError(0, overran(`${server} has not answered for ${limitMs / 1000} s (${call})`))),
      limitMs,
    );
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
