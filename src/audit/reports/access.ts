import type { AuditReport } from '../schema.ts';

/** What RBAC lacks, as rules of a ClusterRole; empty: nothing. */
export function missingRules({ missingAccess }: AuditReport): string[] {
  return missingAccess
    .filter(({ status }) => status === 403)
    .flatMap(({ apiGroup, resource, verb, neededFor }) => [
      `- apiGroups: ["${apiGroup}"]   # for ${neededFor}`,
      `  resources: ["${resource}"]`,
      `  verbs: ["${verb}"]`,
    ]);
}
