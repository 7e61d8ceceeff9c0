import type { V1Node } from '@kubernetes/client-node';
import * as z from 'zod';
import { excludedFor } from '../../kube/exclusion.ts';
import { excludedForAnnotation, excludeLabel } from '../../kube/names.ts';
import type { ChangeKind, World } from '../change.ts';
import { asMergePatch, orGone } from './patching.ts';

/** `owner`: for whom the node is out: a Service (NAMESPACE/NAME) or a command. */
const target = z.object({ node: z.string(), owner: z.string() });
const before = z.object({ label: z.string().nullable(), owners: z.array(z.string()) });
const wanted = z.object({ excluded: z.boolean() });

type State = z.infer<typeof before>;

/**
 * The exclude label of a node, with a mark of whom it is there for, in one patch. It goes with its last owner; a label without
 * a mark is somebody else's, and stays as it is, unless it says false: that one is set back by the undo.
 */
export const nodeExclusion: ChangeKind<z.infer<typeof target>, State | null, z.infer<typeof wanted>> = {
  kind: 'node-exclusion',
  scope: 'cluster',
  target,
  before: before.nullable(),
  wanted,
  describe: ({ node, owner }, { excluded }) =>
    excluded
      ? `node ${node} with the label ${excludeLabel}=true, for ${owner}`
      : `node ${node} without the label ${excludeLabel} of ${owner}`,
  look: (world, { node }) => read(world, node),
  async do(world, { target: { node, owner }, before: found, wanted: { excluded } }) {
    if (found === null) return;
    const { label, owners } = found;
    if (excluded && takes(found, owner))
      await write(world, node, { label: 'true', owners: [...owners, owner] });
    if (!excluded && owners.includes(owner)) {
      const left = owners.filter((one) => one !== owner);
      await write(world, node, { label: left.length === 0 ? null : label, owners: left });
    }
  },
  async undo(world, { target: { node, owner }, before: found, wanted: { excluded } }) {
    const now = await read(world, node);
    if (now === null) return { result: 'already', detail: 'it is gone' };
    const was = found?.owners.includes(owner) ?? false;
    const is = now.owners.includes(owner);
    const changed = found !== null && (excluded ? takes(found, owner) : was);
    if (!changed || is === was) return { result: 'already', detail: 'it is as it was' };
    if (!was) {
      const left = now.owners.filter((one) => one !== owner);
      // What was false before midflight's label is false again.
      const none = found.owners.length === 0 ? found.label : null;
      await write(world, node, { label: left.length === 0 ? none : now.label, owners: left });
      return { result: 'restored', detail: `node ${node} is no longer excluded for ${owner}` };
    }
    if (now.label !== null && now.owners.length === 0)
      return { result: 'left', detail: `somebody else has set ${excludeLabel}=${now.label} since` };
    await write(world, node, { label: found.label, owners: [...now.owners, owner] });
    return { result: 'restored', detail: `node ${node} is excluded for ${owner} again` };
  },
};

/** Whether this owner has something to write: not on a node that is out already for it, or by somebody else's label. */
const takes = ({ label, owners }: State, owner: string): boolean =>
  owners.length > 0 ? !owners.includes(owner) : label === null || label === 'false';

const read = (world: World, node: string): Promise<State | null> =>
  orGone(async () => {
    const { metadata }: V1Node = await world.core().readNode({ name: node });
    return { label: metadata?.labels?.[excludeLabel] ?? null, owners: excludedFor(metadata ?? {}) };
  });

async function write(world: World, node: string, { label, owners }: State): Promise<void> {
  const mark = owners.length === 0 ? null : owners.join(',');
  const metadata = { labels: { [excludeLabel]: label }, annotations: { [excludedForAnnotation]: mark } };
  await world.core().patchNode({ name: node, body: { metadata } }, asMergePatch);
}
