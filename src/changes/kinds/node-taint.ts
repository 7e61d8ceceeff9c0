import * as z from 'zod';
import { type Setting, settingChange } from '../change.ts';
import { asMergePatch, orGone } from './patching.ts';

const target = z.object({
  node: z.string(),
  key: z.string(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});
/** Null: no such taint. An empty text is a taint without a value. */
const value = z.object({ text: z.string().nullable() });

type Target = z.infer<typeof target>;
type Value = z.infer<typeof value>;

/** One taint of a node, identified by its key and effect. */
const setting: Setting<Target, Value> = {
  kind: 'node-taint',
  target,
  value,
  describe: ({ node, key, effect }, { text }) =>
    `node ${node} ${text === null ? 'without' : 'with'} the taint ${key}${text === null || text === '' ? '' : `=${text}`}:${effect}`,
  read: (world, { node, key, effect }) =>
    orGone(async () => {
      const { spec } = await world.core().readNode({ name: node });
      const found = spec?.taints?.find((taint) => taint.key === key && taint.effect === effect);
      return { text: found === undefined ? null : (found.value ?? '') };
    }),
  async write(world, { node, key, effect }, { text }) {
    const { spec, metadata } = await world.core().readNode({ name: node });
    const others = (spec?.taints ?? []).filter((taint) => taint.key !== key || taint.effect !== effect);
    const own = text === null ? [] : [{ key, effect, ...(text === '' ? {} : { value: text }) }];
    // A list is replaced as a whole: the version makes sure that nobody has changed it meanwhile.
    const body = {
      metadata: { resourceVersion: metadata?.resourceVersion },
      spec: { taints: [...others, ...own] },
    };
    await world.core().patchNode({ name: node, body }, asMergePatch);
  },
  same: (one, other) => one.text === other.text,
};

export const nodeTaint = settingChange(setting);
