import type { Malformation } from '../../base/malformed.ts';

/** How the end of an answer's body is known. `close`: by the end of the connection. */
export type Framing =
  | { readonly kind: 'none' | 'chunked' | 'close' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'malformed'; readonly reason: Malformation };

const malformed = (reason: Malformation): Framing => ({ kind: 'malformed', reason });

/**
 * RFC 9112, section 6.3, for an answer that may have a body. `lengths` and `codings`: the values of all Content-Length and
 * Transfer-Encoding lines, lower case. Framing that cannot be followed is an error: guessed wrong, a cut answer would pass
 * for a whole one.
 */
export function framing(lengths: readonly string[], codings: readonly string[]): Framing {
  const applied = listed(codings)
    .map((coding) => coding.replace(/[ \t]*;.*$/, ''))
    .filter((coding) => coding !== 'identity'); // no coding at all (RFC 2616, section 3.6; obsolete)
  if (applied.filter((coding) => coding === 'chunked').length > 1) return malformed('transfer-encoding');
  // Whatever else was done to the body, it is whole when its chunks are. Content-Length is void beside it.
  if (applied.at(-1) === 'chunked') return { kind: 'chunked' };
  if (applied.length > 0) return { kind: 'close' };
  if (lengths.length === 0) return { kind: 'close' };
  // An equal value given twice is one (RFC 9110, section 8.6).
  const values = lengths.flatMap((value) => value.split(',')).map((value) => value.trim());
  if (!values.every((value) => /^\d{1,15}$/.test(value))) return malformed('content-length');
  const [bytes = 0, ...others] = values.map(Number);
  if (others.some((other) => other !== bytes)) return malformed('content-length-conflict');
  return { kind: 'length', bytes };
}

const listed = (values: readonly string[]) =>
  values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
