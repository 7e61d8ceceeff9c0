import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../../src/base/errors.ts';
import { edgeRig, quickPreset, type Rig } from './edge-rig.ts';
import { within } from './within.ts';

type Preset = Parameters<typeof quickPreset>[1];

export const rigTest =
  (nodes: number, preset: Preset, work: (rig: Rig) => Promise<void>, more: object = {}) =>
  async () => {
    const rig = await edgeRig({ nodes, ...more }, (port) => quickPreset(port, preset));
    try {
      await within('the test', work(rig), 60_000);
    } finally {
      await rig.stop();
    }
  };

/** Each node answers every byte with its name, and keeps the connection. */
export async function echoNames(rig: Rig): Promise<void> {
  for (const { name } of rig.nodes) {
    await rig.serve(name, (socket) => {
      socket.on('data', () => socket.write(name));
      socket.on('end', () => socket.end());
    });
  }
}

/** Asks over a new connection; resolves with the node's name and the open socket, or the errno. */
export async function ask(rig: Rig): Promise<{ answer: string; socket: Socket }> {
  const socket = connect({ host: rig.host, port: rig.port });
  socket.write('?');
  const answer = await new Promise<string>((resolve) => {
    socket.once('data', (bytes) => resolve(bytes.toString()));
    socket.on('error', (error) => resolve(errnoOf(error) ?? 'error'));
    socket.once('end', () => resolve('FIN'));
  });
  return { answer, socket };
}

export async function names(rig: Rig, count: number): Promise<string[]> {
  const seen = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const { answer, socket } = await ask(rig);
    seen.add(answer);
    socket.destroy();
  }
  return [...seen].sort();
}

/** Open connections until each of `wanted` has one. */
export async function holdOneOn(rig: Rig, wanted: readonly string[]): Promise<Map<string, Socket>> {
  const held = new Map<string, Socket>();
  for (let tries = 0; tries < 200 && held.size < wanted.length; tries += 1) {
    const { answer, socket } = await ask(rig);
    if (wanted.includes(answer) && !held.has(answer)) held.set(answer, socket);
    else socket.destroy();
  }
  return held;
}

/** How a held connection fares within `ms`: what came, or that it still answers. */
export async function fateOf(socket: Socket | undefined, ms: number): Promise<string> {
  if (socket === undefined) return 'none';
  const end = new Promise<string>((resolve) => {
    socket.on('error', (error) => resolve(errnoOf(error) === 'ECONNRESET' ? 'RST' : 'error'));
    socket.on('end', () => resolve('FIN'));
  });
  const early = await Promise.race([end, sleep(ms).then(() => null)]);
  if (early !== null) return early;
  socket.write('?');
  return Promise.race([end, once(socket, 'data').then(() => 'alive'), sleep(1000).then(() => 'silent')]);
}

export const setHealth = (rig: Rig, node: string, health: number | 'silent') => {
  const found = rig.nodes.find(({ name }) => name === node);
  if (found !== undefined) found.health = health;
};

export const ejected = (rig: Rig, node: string) =>
  rig.event('health', (event) => event.node === node && event.reason !== 'added' && !event.healthy);
