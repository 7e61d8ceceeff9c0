import type { V1Service } from '@kubernetes/client-node';
import * as z from 'zod';
import { type Setting, settingChange } from '../change.ts';
import { orGone } from './patching.ts';

const target = z.object({ namespace: z.string(), name: z.string() });
/** Null: there is no such Service. Else its manifest, as JSON. */
const value = z.object({ manifest: z.string().nullable() });

/** A Service of ours, there or not. */
const setting: Setting<z.infer<typeof target>, z.infer<typeof value>> = {
  kind: 'service-object',
  target,
  value,
  describe: ({ namespace, name }, { manifest }) =>
    manifest === null ? `no Service ${namespace}/${name}` : `Service ${namespace}/${name}`,
  async read(world, { namespace, name }) {
    const found = await orGone(() => world.core().readNamespacedService({ namespace, name }));
    if (found === null) return { manifest: null };
    const { metadata, spec } = found;
    return { manifest: JSON.stringify({ metadata: { name, namespace, labels: metadata?.labels }, spec }) };
  },
  async write(world, { namespace, name }, { manifest }) {
    if (manifest === null) {
      await orGone(() => world.core().deleteNamespacedService({ namespace, name }));
      return;
    }
    const body: V1Service = { apiVersion: 'v1', kind: 'Service', ...JSON.parse(manifest) };
    await world.core().createNamespacedService({ namespace, body });
  },
  // The API fills in defaults: only whether it is there counts.
  same: (one, other) => (one.manifest === null) === (other.manifest === null),
};

export const wholeService = settingChange(setting);
