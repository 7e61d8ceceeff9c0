import { type HistoryBuilder, history } from './history.ts';

type Expect = readonly (readonly [string, string | number | boolean, string?])[];
export const fault = { kind: 'power-off', node: 'preemptible-0' };

/** Ten streams, of which two are lost with a dead node; probes fail for 2 s. */
export function lossy(expect: Expect, more: (builder: HistoryBuilder) => unknown = () => {}) {
  const builder = history({ expect })
    .trial(10, { fault })
    .streams(8, { from: 1000, to: 21_000, source: '10.0.0.1' })
    .streams(2, { from: 1000, to: 15_000, transit: 'preemptible-0', outcome: 'hung' })
    .fault(10_000)
    .probes({ from: 5000, to: 30_000, fails: (due) => due >= 10_000 && due < 12_000 && {} });
  more(builder);
  return builder.endTrial(31_000).finish(32_000);
}
