import { modelledKubernetes } from '../../kube/version.ts';
import type { Plan } from '../../plan/schema.ts';

/**
 * Public names, pinned. Each can be replaced by a flag, an environment variable (MIDFLIGHT_*_IMAGE) or the scenario.
 * The node image is the default of kind 0.33.0, digest included (kind's pkg/apis/config/defaults/image.go).
 */
export const defaultImages = {
  node: `kindest/node:${modelledKubernetes}@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5`,
  traefik: 'traefik:v3.7',
  app: 'node:24-slim',
} as const;

export type KindImages = { readonly [part in keyof typeof defaultImages]: string };

export function imagesOf(images: Partial<Plan['images']>): KindImages {
  return {
    node: images.node ?? defaultImages.node,
    traefik: images.traefik ?? defaultImages.traefik,
    app: images.app ?? defaultImages.app,
  };
}
