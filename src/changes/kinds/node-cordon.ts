import * as z from 'zod';
import { type Setting, settingChange } from '../change.ts';
import { asMergePatch, orGone } from './patching.ts';

const target = z.object({ node: z.string() });
const value = z.object({ cordoned: z.boolean() });

type Target = z.infer<typeof target>;
type Value = z.infer<typeof value>;

/** Whether the scheduler may use a node. One that was cordoned before stays so. */
const setting: Setting<Target, Value> = {
  kind: 'node-cordon',
  target,
  value,
  describe: ({ node }, { cordoned }) => `node ${node} ${cordoned ? 'cordoned' : 'open to the scheduler'}`,
  read: (world, { node }) =>
    orGone(async () => ({
      cordoned: (await world.core().readNode({ name: node })).spec?.unschedulable === true,
    })),
  async write(world, { node }, { cordoned }) {
    await world
      .core()
      .patchNode({ name: node, body: { spec: { unschedulable: cordoned ? true : null } } }, asMergePatch);
  },
  same: (one, other) => one.cordoned === other.cordoned,
};

export const nodeCordon = settingChange(setting);
