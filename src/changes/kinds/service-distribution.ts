import * as z from 'zod';
import { type Setting, settingChange } from '../change.ts';
import { asMergePatch, orGone } from './patching.ts';

const target = z.object({ namespace: z.string(), name: z.string() });
/** Null: no preference. */
const value = z.object({ distribution: z.string().nullable() });

type Target = z.infer<typeof target>;
type Value = z.infer<typeof value>;

/** trafficDistribution of a Service: which of the ready pods its nodes prefer (KEP-3015; PreferSameNode is GA since 1.35). */
const setting: Setting<Target, Value> = {
  kind: 'service-distribution',
  target,
  value,
  describe: ({ namespace, name }, { distribution }) =>
    `trafficDistribution of ${namespace}/${name}: ${distribution ?? 'none'}`,
  read: (world, { namespace, name }) =>
    orGone(async () => {
      const { spec } = await world.core().readNamespacedService({ namespace, name });
      return { distribution: spec?.trafficDistribution ?? null };
    }),
  async write(world, { namespace, name }, { distribution }) {
    const body = { spec: { trafficDistribution: distribution } };
    await world.core().patchNamespacedService({ namespace, name, body }, asMergePatch);
  },
  same: (one, other) => one.distribution === other.distribution,
};

export const serviceDistribution = settingChange(setting);
