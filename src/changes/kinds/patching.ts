import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { httpStatusOf } from '../../kube/errors.ts';

/** JSON merge patch (RFC 7386): a field given as null goes. */
export const asMergePatch = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** What a reading gives; null if the object is gone. */
export async function orGone<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (httpStatusOf(error) === 404) return null;
    throw error;
  }
}
