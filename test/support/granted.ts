import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

const role = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

/** What a role of deploy/rbac.yaml grants, each as 'group resource verb', and its namespace. Throws if there is no such role. */
export function granted(name: string): { namespace: string | undefined; access: string[] } {
  const own = parseAllDocuments(readFileSync('deploy/rbac.yaml', 'utf8'))
    .map((document) => document.toJS())
    .find((one) => one.metadata.name === name);
  const { metadata, rules } = role.parse(own);
  const access = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((one) => verbs.map((verb) => `${group} ${one} ${verb}`))),
  );
  return { namespace: metadata.namespace, access };
}

/** The same of what the code asks for. */
export const asked = (
  access: readonly { readonly group: string; readonly resource: string; readonly verb: string }[],
): string[] => access.map(({ group, resource, verb }) => `${group} ${resource} ${verb}`);
