import { createServer } from 'node:net';
import { MidflightError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { portsOfPod, sharedPodsPerNode } from '../../cluster/shared-ports.ts';
import { podsPerNode } from '../../plan/embedded-limits.ts';
import { lockSubnet, unlockSubnet } from '../state-dir.ts';

/** The addresses of one embedded cluster, and what there is one of each node. */
export interface Layout {
  /** `127.31.7` if it has a /24 of its own; null: one shared loopback address, nodes distinguished by ports. */
  readonly subnet: string | null;
  readonly api: string;
  readonly edge: { readonly host: string; readonly port: number };
  readonly clients: readonly string[];
  /** Source of connections that only fill a backlog. */
  readonly filler: string | null;
  readonly checkFrom: string | null;
  node(index: number): { address: string; bridge: string; pods: string[]; portOffset: number };
  /** Where the ports of pods begin in shared mode. */
  readonly podPortBase: number;
}

const shared = '127.0.0.1';
const edgePort = 8080;

/** Linux answers on all of 127.0.0.0/8 without being asked to; other systems only on 127.0.0.1. */
export function hasWholeLoopback(): boolean {
  return process.platform === 'linux' && process.env.MIDFLIGHT_SHARED_LOOPBACK !== '1';
}

/** Takes a free 127.a.b.0/24: locked against other runs of midflight, tried by binding against everybody else. */
export async function takeLayout(random: Random, nodes: number): Promise<Layout> {
  if (!hasWholeLoopback())
    return sharedLayout(await freeBlock(random, nodes * sharedPodsPerNode * portsOfPod));
  for (let attempt = 0; attempt < 50; attempt += 1) {
    // 127.0 and 127.1 are where others' things are (127.0.0.53, 127.0.1.1).
    const subnet = `127.${16 + Math.floor(random() * 224)}.${1 + Math.floor(random() * 250)}`;
    if (!lockSubnet(subnet)) continue;
    if (await isFree(`${subnet}.250`, edgePort)) return ownLayout(subnet, podsPerNode(nodes));
    unlockSubnet(subnet);
  }
  throw new MidflightError('provider-failed', 'no free loopback network 127.a.b.0/24 found in 50 attempts', {
    hint: 'end other runs, or remove stale lock files from the temporary folder midflight-<uid>',
  });
}

function ownLayout(subnet: string, pods: number): Layout {
  const host = (last: number) => `${subnet}.${last}`;
  return {
    subnet,
    api: host(240),
    edge: { host: host(250), port: edgePort },
    clients: Array.from({ length: 8 }, (_, index) => host(241 + index)),
    filler: host(254),
    checkFrom: host(251),
    podPortBase: 0,
    // .1 to .40 nodes, .41 to .80 their bridges, .81 to .200 their pods (plan/embedded-limits.ts).
    node: (index) => ({
      address: host(1 + index),
      bridge: host(41 + index),
      pods: Array.from({ length: pods }, (_, pod) => host(81 + index * pods + pod)),
      portOffset: 0,
    }),
  };
}

/**
 * A range of `count` consecutive free ports: below node ports and every system's ephemeral ones (Linux gives those from
 * 32768 on), which any connection may take at any time. Apart from runs that begin at the same moment by chance only.
 */
async function freeBlock(random: Random, count: number): Promise<number> {
  const first = Math.floor(random() * 10);
  for (let block = first; block < first + 10; block += 1) {
    const base = 20_000 + (block % 10) * 1000;
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(shared, base + index)));
    if (free.every(Boolean)) return base;
  }
  throw new MidflightError('provider-failed', `no ${count} free ports in a row between 20000 and 30000`, {
    hint: 'end other runs, or whatever else listens there',
  });
}

function sharedLayout(podPortBase: number): Layout {
  return {
    subnet: null,
    api: shared,
    edge: { host: shared, port: 0 },
    clients: [],
    filler: null,
    checkFrom: null,
    podPortBase,
    // Each node's listeners (node ports, kube-proxy's health) are moved by a step of their own; pods have addresses on
    // paper, which node/ports.ts turns into ports.
    node: (index) => ({
      address: shared,
      bridge: shared,
      pods: Array.from({ length: sharedPodsPerNode }, (_, pod) => `10.244.${index}.${1 + pod}`),
      portOffset: 1 + index * 7,
    }),
  };
}

/** Nobody listens there. */
export function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
