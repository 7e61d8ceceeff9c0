import type { Plan } from '../../plan/schema.ts';

/** Public names, pinned. Each can be named otherwise by flag, environment (MIDFLIGHT_*_IMAGE) or scenario. */
export const defaultImages = {
  node: 'kindest/node:v1.34.0',
  traefik: 'traefik:v3.7',
  app: 'node:20-slim',
} as const;

export type KindImages = { readonly [part in keyof typeof defaultImages]: string };

export function imagesOf(images: Partial<Plan['images']>): KindImages {
  return {
    node: images.node ?? defaultImages.node,
    traefik: images.traefik ?? defaultImages.traefik,
    app: images.app ?? defaultImages.app,
  };
}
