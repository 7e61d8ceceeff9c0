import * as z from 'zod';
import { type Setting, settingChange } from '../change.ts';
import { asMergePatch, orGone } from './patching.ts';

const target = z.object({ node: z.string(), label: z.string() });
/** Undefined text: the node has no such label. */
const value = z.object({ text: z.string().nullable() });

type Target = z.infer<typeof target>;
type Value = z.infer<typeof value>;

/** One label of a node; a value of null takes it away. */
const setting: Setting<Target, Value> = {
  kind: 'node-label',
  target,
  value,
  describe: ({ node, label }, { text }) =>
    text === null
      ? `node ${node} without the label ${label}`
      : `node ${node} with the label ${label}=${text}`,
  read: (world, { node, label }) =>
    orGone(async () => {
      const { metadata } = await world.core().readNode({ name: node });
      return { text: metadata?.labels?.[label] ?? null };
    }),
  async write(world, { node, label }, { text }) {
    await world
      .core()
      .patchNode({ name: node, body: { metadata: { labels: { [label]: text } } } }, asMergePatch);
  },
  same: (one, other) => one.text === other.text,
};

export const nodeLabel = settingChange(setting);
