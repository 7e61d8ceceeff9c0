import type { LookupFunction } from 'node:net';
import type { DialOptions } from './connection.ts';

/** Node tries addresses one after the other: until it gives one up for the next, ms. */
const attemptMs = 1000;

/** How node finds the addresses of a name and tries them all. */
export function resolvingOptions({ lookup }: DialOptions) {
  const all = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: attemptMs };
  return lookup === undefined ? all : { ...all, lookup: lookupBy(lookup) };
}

function lookupBy(lookup: NonNullable<DialOptions['lookup']>): LookupFunction {
  return (host, { family }, done) => {
    lookup(host, family === 4 || family === 6 ? family : 0).then(
      (addresses) =>
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      (error) => done(error, []),
    );
  };
}
