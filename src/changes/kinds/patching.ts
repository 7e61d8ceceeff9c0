import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

/** JSON merge patch (RFC 7386): a field given as null goes. */
export const mergePatch = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** The HTTP status of an error of the Kubernetes client; undefined: it is no answer of the API. */
export function httpStatusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;
}

/** What a reading gives; null if the object is gone. */
export async function orGone<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (httpStatusOf(error) === 404) return null;
    throw error;
  }
}
