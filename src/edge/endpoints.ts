import * as z from 'zod';
import type { NodeName } from '../base/units.ts';
import { isReadyEndpoint } from '../kube/endpoints.ts';
import type { WatchedObject } from '../kube/watch.ts';

/** A pod behind the Service that serves now. */
export interface Endpoint {
  readonly node: NodeName;
  readonly address: string;
  readonly port: number | null;
}

const sliceShape = z.looseObject({
  endpoints: z
    .array(
      z.looseObject({
        addresses: z.array(z.string()),
        conditions: z.looseObject({ ready: z.boolean().nullish() }).nullish(),
        nodeName: z.string().nullish(),
      }),
    )
    .nullish(),
  ports: z.array(z.looseObject({ port: z.int().nullish() })).nullish(),
});

/** The ready endpoints of one EndpointSlice, as controllers count them; its first port is the one that is balanced. */
export function readyEndpoints(slice: WatchedObject): Endpoint[] {
  const { endpoints, ports } = sliceShape.parse(slice);
  const port = ports?.[0]?.port ?? null;
  return (endpoints ?? []).flatMap(({ addresses: [address], conditions, nodeName }) =>
    address === undefined || nodeName == null || !isReadyEndpoint({ conditions })
      ? []
      : [{ node: nodeName, address, port }],
  );
}
