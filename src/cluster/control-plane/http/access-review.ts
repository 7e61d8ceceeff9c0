import { isObject } from '../api/json.ts';
import { parseJson } from './body.ts';

/*
 * `kubectl auth can-i`: SelfSubjectAccessReview and SelfSubjectRulesReview of authorization.k8s.io/v1. Nobody is authorized
 * here, so everything is allowed.
 */

const prefix = '/apis/authorization.k8s.io/v1/';
const reason = 'the embedded cluster has no authorization: everything is allowed';

const statuses: Readonly<Record<string, object>> = {
  selfsubjectaccessreviews: { allowed: true, reason },
  selfsubjectrulesreviews: {
    incomplete: false,
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  },
};

const statusOf = (path: string): object | undefined =>
  path.startsWith(prefix) ? statuses[path.slice(prefix.length)] : undefined;

export const isAccessReview = (path: string): boolean => statusOf(path) !== undefined;

/** The review with its answer. Throws 400 for a body that is not JSON. */
export function reviewed(path: string, body: string): unknown {
  const review = parseJson(body);
  return { ...(isObject(review) ? review : {}), status: statusOf(path) };
}
