import { monotonic } from '../../src/base/clock.ts';
import type { Outcome } from '../../src/history/schema.ts';
import { autocannonEngine } from '../../src/load/autocannon/engine.ts';
import { k6Engine } from '../../src/load/k6/engine.ts';
import { localSite } from '../../src/load/k6/site.ts';
import { recorder } from '../../src/load/recorder/recorder.ts';
import type { LoadControl } from '../../src/load/serve.ts';
import { k6At } from '../../test/support/k6.ts';
import { gather, type Said, streamsAt, targetAt } from '../../test/support/load.ts';

/** The outcomes that each of midflight's engines records of a server at this port. */
interface OurEngines {
  recorder(port: number): Promise<readonly Outcome[]>;
  autocannon(port: number): Promise<readonly Outcome[]>;
  k6(port: number): Promise<readonly Outcome[]>;
}

const timeoutMs = 1000;
const host = '127.0.0.1';

export function ourEngines(k6Binary: string, count: number): OurEngines {
  const k6Base = k6At(k6Binary, targetAt(host, 1), { vus: count, durationMs: timeoutMs / 2 });
  return {
    async recorder(port) {
      const said = gather();
      const limits = { stallMs: timeoutMs, connectTimeoutMs: timeoutMs };
      return followed(
        said,
        recorder(streamsAt(targetAt(host, port), { concurrency: count, ...limits }), said, monotonic),
      );
    },
    async autocannon(port) {
      const said = gather();
      const load = autocannonEngine(
        {
          role: 'autocannon',
          version: '',
          load: 'background',
          trial: 0,
          target: targetAt(host, port),
          localAddresses: [],
          connections: 50,
          rate: 5 * count,
          timeoutMs,
          expectStatus: 200,
          idPrefix: '0-background-',
        },
        said,
        monotonic,
      );
      return followed(said, load, count);
    },
    async k6(port) {
      const said = gather();
      const config = { ...k6Base, target: targetAt(host, port) };
      return followed(said, k6Engine(config, said, monotonic, await localSite(config, monotonic)));
    },
  };
}

/** `enough`: an endless load is quiesced after this number of starts. */
async function followed(said: Said, load: LoadControl, enough?: number): Promise<readonly Outcome[]> {
  load.begin();
  for (let waited = 0; enough !== undefined && said.starts.size < enough && waited < 10_000; waited += 10)
    await monotonic.sleep(10);
  if (enough !== undefined) load.quiesce();
  await said.idle(60_000);
  await load.stop();
  return said.ends.map(({ outcome }) => outcome);
}
