import type { Argv } from 'yargs';

const text = { type: 'string', requiresArg: true } as const;

/** The flags that name the images of a kind cluster; `imagesOf` puts them together with the environment. */
export function withImageOptions<Options>(cli: Argv<Options>) {
  return cli
    .option('image-node', { ...text, describe: 'kind: image of the nodes' })
    .option('image-traefik', { ...text, describe: 'kind: image of Traefik' })
    .option('image-app', { ...text, describe: 'kind: Node.js image for app, edge and load' });
}

/** What was given by them. */
export function imageFlags(args: {
  readonly imageNode: string | undefined;
  readonly imageTraefik: string | undefined;
  readonly imageApp: string | undefined;
}) {
  return { node: args.imageNode, traefik: args.imageTraefik, app: args.imageApp };
}
