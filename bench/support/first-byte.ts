import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonic } from '../../src/base/clock.ts';

/*
 * `first-byte.ts SECONDS FROM,FROM... HOST:PORT HOST:PORT`: asks both places in turn, each time on a new connection, and says
 * the milliseconds from the SYN to the first byte of each answer: `{"first": [...], "second": [...]}`.
 */
const [seconds = '1', from = '', one = '', other = ''] = process.argv.slice(2);
const clients = from.split(',');
const request = 'GET /short HTTP/1.1\r\nhost: app\r\n\r\n';

function ask(place: string, localAddress: string): Promise<number> {
  const [host = '', port] = place.split(':');
  return new Promise((resolve, reject) => {
    const began = monotonic.now();
    const socket = connect({ host, port: Number(port), localAddress, noDelay: true });
    socket.write(request);
    socket.once('data', () => {
      resolve((monotonic.now() - began) / 1e6);
      socket.resume(); // the server closes first
    });
    socket.on('error', reject);
  });
}

const first: number[] = [];
const second: number[] = [];
const until = performance.now() + Number(seconds) * 1000;
while (performance.now() < until) {
  const client = clients[first.length % clients.length] ?? '';
  first.push(await ask(one, client));
  await sleep(2);
  second.push(await ask(other, client));
  await sleep(2);
}
console.log(JSON.stringify({ first, second }));
