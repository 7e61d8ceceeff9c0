/*
 * `kubectl auth can-i`: SelfSubjectAccessReview and SelfSubjectRulesReview of authorization.k8s.io/v1. Nobody is authorized
 * here, so everything is allowed, whatever is asked: kubectl asks in Go's own encoding, which is not read.
 */

const apiVersion = 'authorization.k8s.io/v1';
const reason = 'the embedded cluster has no authorization: everything is allowed';

const answers: Readonly<Record<string, object>> = {
  selfsubjectaccessreviews: { kind: 'SelfSubjectAccessReview', status: { allowed: true, reason } },
  selfsubjectrulesreviews: {
    kind: 'SelfSubjectRulesReview',
    status: {
      incomplete: false,
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    },
  },
};

/** The answer to a POST of a review at this path; undefined: none is asked for here. */
export function accessReview(path: string): object | undefined {
  const prefix = `/apis/${apiVersion}/`;
  const answer = path.startsWith(prefix) ? answers[path.slice(prefix.length)] : undefined;
  return answer === undefined ? undefined : { apiVersion, metadata: {}, spec: {}, ...answer };
}
