import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import type { ChangeKind } from '../../changes/change.ts';
import { runShell } from '../kind/shell.ts';
import { deleteFrom, kubectlOf, requestLimit } from './kubectl.ts';

/** An object of an agents' cluster, found again by another process. */
const agentsTarget = z.object({
  context: z.string().optional(),
  kubeconfig: z.string().optional(),
  /** The value of KUBECONFIG: another process may have another. */
  kubeconfigs: z.string().optional(),
  namespace: z.string(),
  name: z.string(),
});
type AgentsTarget = z.infer<typeof agentsTarget>;

interface MadeObject<Wanted> {
  /** The change's, in the journal. */
  readonly kind: string;
  /** The object's. */
  readonly objectKind: string;
  /** Everything to delete, as kubectl names it; all of them have the target's name. */
  readonly resources: readonly string[];
  readonly wanted: z.ZodType<Wanted>;
  describe(target: AgentsTarget, wanted: Wanted, place: string): string;
  make(target: AgentsTarget, wanted: Wanted, signal: AbortSignal): Promise<void>;
}

/** The change that makes an object in whatever cluster agents run: not the one that is measured. */
export function objectChange<Wanted>(of: MadeObject<Wanted>): ChangeKind<AgentsTarget, null, Wanted> {
  return {
    kind: of.kind,
    scope: 'machine',
    target: agentsTarget,
    before: z.null(),
    wanted: of.wanted,
    describe: (target, wanted) => of.describe(target, wanted, placeOf(target)),
    look: async () => null,
    do: ({ signal }, { target, wanted }) => of.make(target, wanted, signal),
    async undo(_world, { target }) {
      return (await deleteAll(target, of.resources))
        ? { result: 'restored', detail: `${of.objectKind} ${target.name} removed` }
        : { result: 'already', detail: `its ${of.objectKind} is gone` };
    },
  };
}

const placeOf = ({ context, namespace }: AgentsTarget): string =>
  context === undefined ? namespace : `${context}, ${namespace}`;

/** False if none of them was there. Throws `cluster-failed`. */
export async function deleteAll(target: AgentsTarget, resources: readonly string[]): Promise<boolean> {
  let deleted = false;
  for (const resource of resources) deleted = (await deleteFrom(target, resource, target.name)) || deleted;
  return deleted;
}

/** `kubectl create` of `object`. Throws `cluster-failed`; `hint` names what it needs. */
export async function createIn(
  cluster: Parameters<typeof kubectlOf>[0],
  object: object,
  { what, hint, signal }: { readonly what: string; readonly hint: string; readonly signal: AbortSignal },
): Promise<void> {
  const created = await runShell(kubectlOf(cluster)('create', '--filename', '-', requestLimit), {
    input: JSON.stringify(object),
    signal,
  });
  if (!created.ok)
    throw new MidflightError('cluster-failed', `${what} could not be made: ${created.stderr.trim()}`, {
      hint,
    });
}
