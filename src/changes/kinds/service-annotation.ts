import * as z from 'zod';
import { type Setting, settingChange } from '../change.ts';
import { asMergePatch, orGone } from './patching.ts';

const target = z.object({ namespace: z.string(), name: z.string(), annotation: z.string() });
/** Null: no such annotation. */
const value = z.object({ text: z.string().nullable() });

type Target = z.infer<typeof target>;
type Value = z.infer<typeof value>;

/** One annotation of a Service; a value of null takes it away. Cloud controllers set up their balancers by them. */
const setting: Setting<Target, Value> = {
  kind: 'service-annotation',
  target,
  value,
  describe: ({ namespace, name, annotation }, { text }) =>
    text === null
      ? `Service ${namespace}/${name} without the annotation ${annotation}`
      : `Service ${namespace}/${name} with the annotation ${annotation}=${text}`,
  read: (world, { namespace, name, annotation }) =>
    orGone(async () => {
      const { metadata } = await world.core().readNamespacedService({ namespace, name });
      return { text: metadata?.annotations?.[annotation] ?? null };
    }),
  async write(world, { namespace, name, annotation }, { text }) {
    const body = { metadata: { annotations: { [annotation]: text } } };
    await world.core().patchNamespacedService({ namespace, name, body }, asMergePatch);
  },
  same: (one, other) => one.text === other.text,
};

export const serviceAnnotation = settingChange(setting);
