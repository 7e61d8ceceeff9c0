import * as z from 'zod';
import { type ApiAccess, ApiError, callApi } from './request.ts';

/** One thing to be allowed to do. No namespace: in all of them, or the object has none. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  /** `nodes`, `pods/eviction` */
  readonly resource: string;
  readonly namespace?: string;
}

const review = z.object({ status: z.object({ allowed: z.boolean() }) });

/**
 * The part of these that the credentials may not do, by SelfSubjectAccessReview (authorization.k8s.io/v1), which stores nothing.
 * Null: this API server cannot be asked. Throws ApiError if it does not answer.
 */
export async function missingAccess(
  kubeConfig: ApiAccess,
  wanted: readonly Access[],
  signal?: AbortSignal,
): Promise<Access[] | null> {
  const missing: Access[] = [];
  for (const access of wanted) {
    const [resource, subresource] = access.resource.split('/');
    const { verb, group, namespace } = access;
    const resourceAttributes = {
      verb,
      group,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(namespace === undefined ? {} : { namespace }),
    };
    try {
      const answer = await callApi({
        kubeConfig,
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        method: 'POST',
        body: {
          contentType: 'application/json',
          content: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: { resourceAttributes },
          },
        },
        ...(signal === undefined ? {} : { signal }),
      });
      if (!review.parse(answer).status.allowed) missing.push(access);
    } catch (error) {
      if (error instanceof ApiError && [403, 404, 405].includes(error.status)) return null;
      throw error;
    }
  }
  return missing;
}

/** The access as rules of a Role: one line for each resource. */
export function accessRules(missing: readonly Access[]): string[] {
  const rules = new Map<string, string[]>();
  for (const { verb, group, resource, namespace } of missing) {
    const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
    const key = `apiGroups ["${group}"], resources ["${resource}"]${where}`;
    rules.set(key, [...(rules.get(key) ?? []), verb]);
  }
  return [...rules].map(([key, verbs]) => `${key}, verbs [${verbs.map((verb) => `"${verb}"`).join(', ')}]`);
}
