import { createServer } from 'node:net';
import { MidflightError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { portsOfPod, sharedPodsPerNode } from '../../cluster/shared-ports.ts';
import { maxNodesShared, podAddresses, podsPerNode } from '../../plan/embedded-limits.ts';
import { lockSubnet, unlockSubnet } from '../state-dir.ts';

/** The addresses of one embedded cluster, and those that each node has one of. */
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
  /** The first port of pods in shared mode. */
  readonly podPortBase: number;
}

const shared = '127.0.0.1';
const edgePort = 8080;

/** Linux answers on all of 127.0.0.0/8 without being asked to; other systems only on 127.0.0.1. */
export function hasWholeLoopback(): boolean {
  return process.platform === 'linux' && process.env.MIDFLIGHT_SHARED_LOOPBACK !== '1';
}

/**
 * Where the networks of a cluster begin (127.16 and up: 127.0 and 127.1 are where others' things are, 127.0.0.53, 127.0.1.1),
 * how many there may be, and how far each is from the next: 127.a.b is locked for all of 127.(a + k * 38).b, k from 0 to 5.
 */
const networks = { first: 16, count: 38 };

/** Takes a free 127.a.b.0/24, and with it those of its row: locked against other runs of midflight, tried by binding against everybody else. */
export async function takeLayout(random: Random, nodes: number): Promise<Layout> {
  if (!hasWholeLoopback()) {
    if (nodes > maxNodesShared) {
      const what = `${nodes} nodes; on this system an embedded cluster has at most ${maxNodesShared}`;
      throw new MidflightError('bad-scenario', what);
    }
    return sharedLayout(await freeBlock(random, nodes * sharedPodsPerNode * portsOfPod));
  }
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const subnet = `127.${networks.first + Math.floor(random() * networks.count)}.${1 + Math.floor(random() * 250)}`;
    if (!lockSubnet(subnet)) continue;
    if (await isFree(`${subnet}.250`, edgePort)) return ownLayout(subnet, podsPerNode(nodes));
    unlockSubnet(subnet);
  }
  throw new MidflightError('provider-failed', 'no free loopback network 127.a.b.0/24 found in 50 attempts', {
    hint: 'end other runs, or remove stale lock files from the temporary folder midflight-<uid>',
  });
}

function ownLayout(subnet: string, pods: number): Layout {
  const [, a = 0, b = 0] = subnet.split('.').map(Number);
  const host = (last: number) => `${subnet}.${last}`;
  const inNetwork = (k: number, last: number) => `127.${a + k * networks.count}.${b}.${last}`;
  return {
    subnet,
    api: host(240),
    edge: { host: host(250), port: edgePort },
    clients: Array.from({ length: 8 }, (_, index) => host(241 + index)),
    filler: host(254),
    checkFrom: host(251),
    podPortBase: 0,
    // The first network: .1 to .200 nodes; the second: their bridges; the other four: .1 to .250 their pods.
    node: (index) => ({
      address: host(1 + index),
      bridge: inNetwork(1, 1 + index),
      pods: Array.from({ length: pods }, (_, pod) => {
        const at = index * pods + pod;
        return inNetwork(2 + Math.floor(at / podAddresses.inEach), 1 + (at % podAddresses.inEach));
      }),
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
