// What the edge adds and bears: `node --import tsx bench/edge.ts [streams] [seconds]`. Loopback only.
// Three processes: the nodes (one), the edge, and the clients (this one); 2 cores bear all of them.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { edgeRig, quickPreset } from '../test/support/edge-rig.ts';

const chunk = Buffer.alloc(128, 'x');

/** Streams send in turn, as those of real clients do, not all at one instant. */
const slots = 50;

/**
 * The node's process. Asked "s N" it sends a chunk at once and then one a second, N in all, and FIN; asked anything else
 * one chunk and FIN.
 */
function serveNode(host: string, port: number): void {
  const streams: { socket: Socket; left: number }[][] = Array.from({ length: slots }, () => []);
  let count = 0;
  let slot = 0;
  createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      const [kind, chunks] = bytes.toString('latin1').split(' ');
      if (kind !== 's') return socket.end(chunk);
      socket.write(chunk);
      count += 1;
      streams[count % slots]?.push({ socket, left: Number(chunks) - 1 });
    });
  }).listen({ host, port, backlog: 4096 }, () => process.send?.('up'));
  setInterval(() => {
    slot = (slot + 1) % slots;
    const due = streams[slot] ?? [];
    for (const stream of due) {
      stream.left -= 1;
      if (stream.left <= 0) stream.socket.end(chunk);
      else stream.socket.write(chunk);
    }
    streams[slot] = due.filter((stream) => stream.left > 0);
  }, 1000 / slots);
}

interface Tally {
  done: number;
  lost: number;
}

function stream(host: string, port: number, from: string, chunks: number, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, localAddress: from, noDelay: true });
    let bytes = 0;
    socket.write(`s ${chunks}`);
    socket.on('data', (data) => {
      bytes += data.length;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (bytes === chunks * chunk.length) tally.done += 1;
      else tally.lost += 1;
      resolve();
    });
  });
}

/** Real milliseconds from the first SYN to the first byte. */
function firstByte(host: string, port: number, from: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const socket = connect({ host, port, localAddress: from, noDelay: true });
    socket.write('p');
    socket.once('data', () => {
      resolve(performance.now() - began);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

function quantile(values: number[], share: number): string {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN).toFixed(2);
}

/** Seconds of CPU and MB of memory of a process. */
function usage(pid: number): { cpu: number; rss: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, rss: (Number(fields[21]) * 4096) / 1e6 };
}

async function main(count: number, seconds: number): Promise<void> {
  const rig = await edgeRig({ nodes: 1, bindClientAddress: true }, (port) =>
    quickPreset(port, { onEjected: 'persist' }),
  );
  const address = rig.nodes[0]?.address ?? '';
  const child = fork(fileURLToPath(import.meta.url), ['node', address, String(rig.nodePort)]);
  await new Promise((resolve) => child.once('message', resolve));
  const clients = [11, 12, 13, 14].map((last) => address.replace(/\d+$/, String(last)));
  const clientOf = (index: number) => clients[index % clients.length] ?? '';
  const tally: Tally = { done: 0, lost: 0 };
  const before = usage(rig.edge.pid);
  const running: Promise<void>[] = [];
  const rampMs = Math.min(5000, count);
  for (let index = 0; index < count; index += 1) {
    running.push(stream(rig.host, rig.port, clientOf(index), seconds, tally));
    if (index % Math.ceil(count / rampMs / 0.2) === 0) await sleep(5);
  }
  const settled = performance.now();
  const direct: number[] = [];
  const through: number[] = [];
  const until = performance.now() + Math.max(1000, (seconds - rampMs / 1000 - 2) * 1000);
  while (performance.now() < until) {
    direct.push(await firstByte(address, rig.nodePort, clientOf(direct.length)));
    await sleep(2);
    through.push(await firstByte(rig.host, rig.port, clientOf(through.length)));
    await sleep(2);
  }
  const peak = usage(rig.edge.pid);
  await Promise.all(running);
  await rig.sync();
  const late = rig.events.flatMap((event) => (event.type === 'lateness' ? [event] : []));
  const closes = rig.events.filter((event) => event.type === 'edge-close').length;
  console.log(
    JSON.stringify({
      streams: count,
      seconds,
      done: tally.done,
      lost: tally.lost,
      edgeCloses: closes - through.length,
      heldMs: Math.round(performance.now() - settled),
      edgeCpuSeconds: usage(rig.edge.pid).cpu - before.cpu,
      edgeRssMb: Math.round(peak.rss),
      probes: through.length,
      firstByteMs: {
        direct: { p50: quantile(direct, 0.5), p99: quantile(direct, 0.99) },
        through: { p50: quantile(through, 0.5), p99: quantile(through, 0.99) },
      },
      checks: late.reduce((sum, window) => sum + window.count, 0),
      checkLatenessMs: {
        p99OfWindows: quantile(
          late.map((window) => window.p99Ms),
          0.99,
        ),
        max: quantile(
          late.map((window) => window.maxMs),
          1,
        ),
      },
    }),
  );
  child.kill();
  await rig.stop();
}

if (process.argv[2] === 'node') serveNode(process.argv[3] ?? '', Number(process.argv[4]));
else await main(Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 10));
