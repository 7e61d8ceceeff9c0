import { lanes } from '../base/connections.ts';
import { watchDefaults } from '../cli/watch-defaults.ts';
import { type WatchArguments, watchReport } from '../cli/watch-url.ts';
import { endingBy, libraryIo } from './io.ts';
import type { Watch, WatchOptions } from './types.ts';

export const watch: Watch = async (url, options = {}) => {
  const { during } = options;
  const signal = endingBy(options.signal);
  if (typeof during !== 'function') return watchReport(argumentsOf(url, options), libraryIo(), { signal });
  // A report is written whatever happens; what was thrown is the caller's own, and goes back as it is.
  const thrown: { error: unknown }[] = [];
  const result = await watchReport(argumentsOf(url, options), libraryIo(), {
    signal,
    during: async (ended) => {
      try {
        await during(ended);
      } catch (error) {
        thrown.push({ error });
        throw error;
      }
    },
  });
  if (thrown[0] !== undefined) throw thrown[0].error;
  return result;
};

function argumentsOf(url: string, options: WatchOptions): WatchArguments {
  const { during, headers = {}, reporters } = options;
  return {
    ...watchDefaults,
    duration: during === undefined ? watchDefaults.duration : '1s',
    lanes,
    probePath: undefined,
    headerFile: undefined,
    showCommand: false,
    expectBytes: undefined,
    expectEnd: undefined,
    minTime: undefined,
    follow: undefined,
    resolve: undefined,
    maxLost: undefined,
    maxFailed: undefined,
    maxFailover: undefined,
    out: undefined,
    ...given(options),
    headers: Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    url,
    json: false,
    reporter: reporters?.join(','),
    quiet: true,
    command: Array.isArray(during) ? during.map(String) : [],
  };
}

/** Options that are given: one that is undefined leaves the default. */
const given = ({
  during: _during,
  headers: _headers,
  reporters: _reporters,
  signal: _signal,
  ...rest
}: WatchOptions) =>
  Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest;
