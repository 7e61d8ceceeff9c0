import { connect } from 'node:net';

/*
 * `busy-client.ts connections|bytes SECONDS HOST:PORT FROM,FROM...`: as many short answers as it can get, each on a new
 * connection, 32 at a time; or as many bytes, over 8 connections. Says how many of them a second.
 */
const [mode = '', seconds = '1', place = '', from = ''] = process.argv.slice(2);
const clients = from.split(',');
const [host = '', port] = place.split(':');
const began = performance.now();
const until = began + Number(seconds) * 1000;
let count = 0;
let opened = 0;

function open(path: string) {
  opened += 1;
  const localAddress = clients[opened % clients.length] ?? '';
  const socket = connect({ host, port: Number(port), localAddress, noDelay: true });
  socket.write(`GET ${path} HTTP/1.1\r\nhost: app\r\n\r\n`);
  return socket;
}

/** One answer after the other. */
function answers(): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = () => {
      if (performance.now() >= until) return resolve();
      const socket = open('/short');
      socket.on('error', reject);
      socket.resume();
      socket.on('close', () => {
        count += 1;
        next();
      });
    };
    next();
  });
}

function bytes(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = open('/bulk');
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      count += chunk.length;
      if (performance.now() >= until) socket.destroy();
    });
    socket.on('close', () => resolve());
  });
}

await Promise.all(
  Array.from({ length: mode === 'bytes' ? 8 : 32 }, () => (mode === 'bytes' ? bytes() : answers())),
);
console.log(count / ((performance.now() - began) / 1000));
