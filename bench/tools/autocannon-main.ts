import autocannon from 'autocannon';
import { monotonic } from '../../src/base/clock.ts';
import type { Told } from './tool.ts';

/* autocannon in its own process, as its README has it: this number of connections, one request each. */

const [url = '', connections = '1', seconds = '60'] = process.argv.slice(2);
const count = Number(connections);
const lostAt: number[] = [];
let good = 0;
const run = autocannon(
  { url, connections: count, amount: count, timeout: Number(seconds) },
  (error, { errors, non2xx } = { errors: 0, non2xx: 0 } as autocannon.Result) => {
    if (error) throw error;
    const told: Told = { good, lost: errors + non2xx, lostAt, latenessMs: null };
    process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
  },
);
run.on('response', () => {
  good += 1;
});
run.on('reqError', () => lostAt.push(monotonic.now()));
// Where it waits for what cannot come any more, it is asked for its sums.
process.stdin.resume().on('end', () => run.stop());
