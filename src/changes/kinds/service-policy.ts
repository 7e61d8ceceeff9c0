import * as z from 'zod';
import { type Setting, settingChange } from '../change.ts';
import { asMergePatch, orGone } from './patching.ts';

const target = z.object({ namespace: z.string(), name: z.string() });
const value = z.object({
  policy: z.enum(['Cluster', 'Local']),
  /** Null under Cluster, and if the API is to choose one. */
  healthCheckNodePort: z.int().nullable(),
});

type Target = z.infer<typeof target>;
type Value = z.infer<typeof value>;

/**
 * externalTrafficPolicy of a Service. Its healthCheckNodePort goes with Local (a Service that flips there and back gets
 * another port from the API); undoing a flip to Cluster asks for the old port again, since a balancer or a firewall may
 * know it. Source: Kubernetes pkg/registry/core/service/storage/alloc.go, allocHealthCheckNodePort.
 */
const setting: Setting<Target, Value> = {
  kind: 'service-policy',
  target,
  value,
  describe: ({ namespace, name }, { policy }) => `externalTrafficPolicy of ${namespace}/${name}: ${policy}`,
  read: (world, { namespace, name }) =>
    orGone(async () => {
      const { spec } = await world.core().readNamespacedService({ namespace, name });
      return {
        policy: spec?.externalTrafficPolicy === 'Local' ? ('Local' as const) : ('Cluster' as const),
        healthCheckNodePort: spec?.healthCheckNodePort ?? null,
      };
    }),
  async write(world, { namespace, name }, { policy, healthCheckNodePort }) {
    const spec = {
      externalTrafficPolicy: policy,
      ...(policy === 'Local' && healthCheckNodePort !== null ? { healthCheckNodePort } : {}),
    };
    await world.core().patchNamespacedService({ namespace, name, body: { spec } }, asMergePatch);
  },
  // Which port the API chose is no change of ours.
  same: (one, other) =>
    one.policy === other.policy &&
    (one.healthCheckNodePort === null ||
      other.healthCheckNodePort === null ||
      one.healthCheckNodePort === other.healthCheckNodePort),
};

export const servicePolicy = settingChange(setting);
