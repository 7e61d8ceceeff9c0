import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import * as z from 'zod';

/** How to reach a cluster that `midflight cluster up` has left running. */
export interface Reach {
  readonly kubeconfig: string;
  /** Of the API. */
  readonly server: string;
  /** HOST:PORT:ADDRESS of the balancer, as curl and midflight take it. */
  readonly resolve: string;
  readonly host: string;
  readonly port: string;
  readonly address: string;
}

/** What the output of `cluster up` prints of it. */
export function reach(output: string): Reach {
  const [, kubeconfig] = /export KUBECONFIG=(\S+)/.exec(output) ?? [];
  const [, host, port, address] = /--resolve ([^:\s]+):(\d+):(\S+)/.exec(output) ?? [];
  assert.ok(kubeconfig && host && port && address, output);
  const resolve = `${host}:${port}:${address}`;
  return { kubeconfig, server: serverOf(kubeconfig), resolve, host, port, address };
}

const clusters = z.object({
  clusters: z.array(z.object({ cluster: z.object({ server: z.string() }) })).min(1),
});

/** The server of a kubeconfig in JSON. */
function serverOf(kubeconfig: string): string {
  return clusters.parse(JSON.parse(readFileSync(kubeconfig, 'utf8'))).clusters[0]?.cluster.server ?? '';
}

/** Changes an object as an administrator does, past midflight. */
export async function mergePatch(server: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${server}${path}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(body),
  });
  assert.is(answer.status, 200, await answer.text());
}

/** Labels a node as one that midflight may take. */
export const allowChaos = (server: string, node: string): Promise<void> =>
  mergePatch(server, `/api/v1/nodes/${node}`, { metadata: { labels: { 'midflight.dev/chaos': 'allowed' } } });
