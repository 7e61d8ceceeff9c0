import { kindDoctor } from '../../src/providers/kind/doctor.ts';

/** The node image that this machine has under a name of its own. */
export function kindImages(): { readonly node?: string } {
  const node = process.env.MIDFLIGHT_KIND_IMAGE;
  return node === undefined ? {} : { node };
}

/** What a kind cluster lacks here, in the words of the doctor; null where it can be made. */
export async function kindMissing(): Promise<{
  readonly requirement: 'docker' | 'kind-images';
  readonly reason: string;
} | null> {
  const first = (await kindDoctor(kindImages())).find(({ ok }) => !ok);
  if (first === undefined) return null;
  return {
    requirement: first.name.startsWith('image') ? 'kind-images' : 'docker',
    reason: `${first.name}: ${first.detail}`,
  };
}
