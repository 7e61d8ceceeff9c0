import http from 'node:http';
import { connect } from 'node:net';
import * as z from 'zod';
import { monotonic } from '../../base/clock.ts';
import { abortController, abortsAfter } from '../../base/signals.ts';
import type { NodeName } from '../../base/units.ts';
import { internalAddressOf } from '../../kube/addresses.ts';
import { isReadyEndpoint, serviceNameLabel } from '../../kube/endpoints.ts';
import { excludeLabel } from '../../kube/names.ts';
import { hasReadyCondition } from '../../kube/ready.ts';
import type { ApiAccess } from '../../kube/request.ts';
import { watchResource } from '../../kube/watch.ts';
import type { InferredSight } from './sight.ts';

const serviceShape = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.looseObject({
    externalTrafficPolicy: z.string().optional(),
    healthCheckNodePort: z.number().optional(),
    ports: z.array(z.looseObject({ nodePort: z.number().optional() })).default([]),
  }),
});
const nodeShape = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  status: z
    .looseObject({
      addresses: z.array(z.looseObject({ type: z.string(), address: z.string() })).default([]),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
    })
    .default({ addresses: [], conditions: [] }),
});
const sliceShape = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  endpoints: z
    .array(
      z.looseObject({
        nodeName: z.string().nullish(),
        conditions: z.looseObject({ ready: z.boolean().nullish() }).default({}),
      }),
    )
    .nullish(),
});

interface Seen {
  readonly address: string | null;
  readonly ready: boolean;
  readonly excluded: boolean;
}

/** What is followed of a cluster while a policy is changed there. */
interface Followed {
  readonly ready: Promise<void>;
  /** The nodes with a ready pod of the Service. */
  readyNodes(): ReadonlySet<NodeName>;
  /** The API has it as not Ready, or no longer at all. */
  isLost(node: NodeName): boolean;
  /** How many of the nodes answer us on the port that the balancer checks; the others are inferred from the API. */
  asked(): { readonly of: number; readonly answering: number };
  stop(): void;
}

const roundMs = 1000;
const answerMs = 900;
/** Beyond this many nodes none is asked. */
const mostAsked = 200;

/** Follows Service, nodes and endpoints by watches, and asks the nodes what the balancer asks them. */
export function followService(
  kubeConfig: ApiAccess,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  sight: InferredSight,
  onError: (error: unknown) => void,
): Followed {
  const nodes = new Map<NodeName, Seen>();
  const slices = new Map<string, readonly NodeName[]>();
  const reached = new Set<NodeName>();
  const stopped = abortController();
  const readyNodes = () => new Set([...slices.values()].flat());
  const follow = (
    path: string,
    query: Record<string, string>,
    take: (gone: boolean, object: unknown) => void,
  ) =>
    watchResource({
      kubeConfig,
      path,
      query,
      onError,
      onEvent: (change, object) => take(change === 'deleted', object),
    });
  const watches = [
    follow(
      `/api/v1/namespaces/${namespace}/services`,
      { fieldSelector: `metadata.name=${name}` },
      (gone, object) => {
        const { metadata, spec } = serviceShape.parse(object);
        if (gone || metadata.name !== name) return;
        sight.service({
          policy: spec.externalTrafficPolicy === 'Local' ? 'Local' : 'Cluster',
          annotations: metadata.annotations,
          nodePort: spec.ports[0]?.nodePort ?? null,
          healthCheckNodePort: spec.healthCheckNodePort ?? null,
        });
      },
    ),
    follow('/api/v1/nodes', {}, (gone, object) => {
      const { metadata, status } = nodeShape.parse(object);
      if (gone) nodes.delete(metadata.name);
      else
        nodes.set(metadata.name, {
          address: internalAddressOf({ status }) ?? null,
          ready: hasReadyCondition({ status }),
          excluded: excludeLabel in metadata.labels,
        });
    }),
    follow(
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      { labelSelector: `${serviceNameLabel}=${name}` },
      (gone, object) => {
        const { metadata, endpoints } = sliceShape.parse(object);
        if (gone) slices.delete(metadata.name);
        else
          slices.set(
            metadata.name,
            (endpoints ?? []).flatMap(({ nodeName, conditions }) =>
              nodeName == null || !isReadyEndpoint({ conditions }) ? [] : [nodeName],
            ),
          );
      },
    ),
  ];
  const round = async () => {
    const check = sight.check();
    sight.nodes(new Set([...nodes].flatMap(([node, { excluded }]) => (excluded ? [] : [node]))));
    const ask = async ([node, { address, ready }]: [NodeName, Seen]) => {
      const inferred = check.asksForPods ? readyNodes().has(node) : ready;
      const answer =
        address === null || check.port === null || nodes.size > mostAsked
          ? null
          : await answerOf(address, check.port, check);
      if (answer !== null) reached.add(node);
      // A node that never answered us is out of reach from here; one that fell silent is a failed check.
      sight.answered(node, answer ?? (reached.has(node) ? false : inferred));
    };
    await Promise.all([...nodes].map(ask));
  };
  const ready = Promise.all(watches.map((one) => one.ready))
    .then(round)
    .then(() => {
      void loop();
    });
  const loop = async () => {
    while (!stopped.signal.aborted) {
      await monotonic.sleep(roundMs, stopped.signal).catch(() => {});
      if (!stopped.signal.aborted) await round();
    }
  };
  return {
    ready,
    readyNodes,
    isLost: (node) => nodes.get(node)?.ready !== true,
    asked: () => ({ of: nodes.size, answering: reached.size }),
    stop() {
      stopped.abort();
      for (const one of watches) one.stop();
    },
  };
}

/** What a check of this kind finds; null: no answer of any kind, so nothing is known. */
function answerOf(
  host: string,
  port: number,
  { kind, path }: { readonly kind: 'http' | 'tcp'; readonly path: string },
): Promise<boolean | null> {
  return new Promise((resolve) => {
    const refused = (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? false : null);
    if (kind === 'tcp') {
      const socket = connect({ host, port, timeout: answerMs });
      const end = (answer: boolean | null) => {
        socket.destroy();
        resolve(answer);
      };
      socket.once('connect', () => end(true));
      socket.once('timeout', () => end(null));
      socket.once('error', refused);
      return;
    }
    const request = http.get({ host, port, path, agent: false, signal: abortsAfter(answerMs) }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.once('error', refused);
  });
}
