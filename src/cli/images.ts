import { MidflightError } from '../base/errors.ts';
import type { Plan } from '../plan/schema.ts';
import { image } from '../scenario/parts/scalars.ts';
import type { Io } from './io.ts';

type Parts = keyof Plan['images'];

/** Which variable of the environment names the image of which part. */
const variables: Record<Parts, string> = {
  node: 'MIDFLIGHT_KIND_IMAGE',
  traefik: 'MIDFLIGHT_TRAEFIK_IMAGE',
  app: 'MIDFLIGHT_APP_IMAGE',
};

/** A flag goes before the environment, which goes before the scenario; what none names is the provider's default. */
export function requestedImages(
  flags: { readonly [part in Parts]: string | undefined },
  env: Io['env'],
): Partial<Plan['images']> {
  const of = (part: Parts) =>
    checked(flags[part], `--image-${part}`) ?? checked(env[variables[part]] || undefined, variables[part]);
  const [node, traefik, app] = [of('node'), of('traefik'), of('app')];
  return {
    ...(node === undefined ? {} : { node }),
    ...(traefik === undefined ? {} : { traefik }),
    ...(app === undefined ? {} : { app }),
  };
}

/** An image name of the command line, checked as in a scenario. Throws `bad-usage`. */
function checked(name: string | undefined, from: string): string | undefined {
  if (name === undefined || image.safeParse(name).success) return name;
  throw new MidflightError('bad-usage', `${from} '${name}' is not the name of an image`, {
    hint: `write a name such as kindest/node:v1.34.0`,
  });
}
