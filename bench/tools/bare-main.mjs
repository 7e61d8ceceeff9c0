// The least that a Node.js client of so many streams can do: connect, ask, count bytes into one shared buffer, see the end.
// It parses nothing, knows no time-out and tells nothing until its end. What it costs, every client on Node.js costs.
import { connect } from 'node:net';

const [host = '', port = '0', streams = '1', ramp = '0'] = process.argv.slice(2);
const count = Number(streams);
const buffer = Buffer.allocUnsafeSlow(65_536);
const tail = Buffer.from('0\r\n\r\n');
const began = process.hrtime.bigint();
const lostAt = [];
let good = 0;
let open = 0;
let started = 0;

function start() {
  let whole = false;
  open += 1;
  const callback = (length) => {
    whole = buffer.subarray(Math.max(0, length - tail.length), length).equals(tail);
    return true;
  };
  const socket = connect({ host, port: Number(port), onread: { buffer, callback } });
  socket.on('connect', () => socket.write('GET / HTTP/1.1\r\nhost: app\r\n\r\n'));
  socket.on('error', () => {});
  socket.on('close', () => {
    if (whole) good += 1;
    else lostAt.push(Number(process.hrtime.bigint()));
    open -= 1;
    if (open === 0 && started === count) tell();
  });
}

function tell() {
  const told = { good, lost: lostAt.length, lostAt, latenessMs: null };
  process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
}

// As many as are due by now, every few milliseconds.
const pace = setInterval(() => {
  const passedMs = Number(process.hrtime.bigint() - began) / 1e6;
  const due = Math.min(count, Math.floor((passedMs / Math.max(1, Number(ramp))) * count));
  while (started < due) {
    started += 1;
    start();
  }
  if (started === count) clearInterval(pace);
}, 5);
process.stdin.resume().on('end', tell);
