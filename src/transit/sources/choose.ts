import { MidflightError } from '../../base/errors.ts';
import { helloAnnotation } from '../../edge/hello.ts';
import type { ReachedNode } from '../view.ts';
import type { TableWay } from '../ways.ts';
import { kindContainer } from './docker-exec.ts';

/** How the tables of these nodes are had. Throws `bad-usage`. */
export function wayOf(
  nodes: readonly Pick<ReachedNode, 'name' | 'annotations' | 'providerID'>[],
  { by, allowChanges }: { readonly by: TableWay; readonly allowChanges: boolean },
): 'embedded' | 'exec' | 'pod' {
  if (nodes.every(({ annotations }) => helloAnnotation in annotations)) return 'embedded';
  const foreign = nodes.find(({ providerID }) => kindContainer(providerID) === null);
  if (by === 'exec' && foreign !== undefined)
    throw new MidflightError('bad-usage', `node ${foreign.name} is no container of kind on Docker`, {
      hint: 'leave --by out; a pod on each node then reads its table, with --allow-changes',
    });
  if (by !== 'pod' && foreign === undefined) return 'exec';
  if (allowChanges) return 'pod';
  throw new MidflightError('bad-usage', 'it takes a pod on each node, and --allow-changes is not given', {
    hint: 'the pod has no capability, is not root, lives for a second and is removed; docs/connections.md shows it',
  });
}
