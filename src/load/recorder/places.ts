/** The places of the wanted streams: each holds one stream at a time, the longest free is taken first. */
interface Places {
  take(): number;
  free(place: number): void;
  /** A stream in this place has had a first byte: true the first time. */
  markStarted(place: number): boolean;
}

/** Rings of fixed size: there may be ten thousand, taken within seconds. */
export function places(count: number): Places {
  const ring = Int32Array.from({ length: count }, (_, index) => index);
  const known = new Uint8Array(count);
  let first = 0;
  let end = 0;
  return {
    take() {
      const place = ring[first % count] ?? 0;
      first += 1;
      return place;
    },
    free(place) {
      ring[end % count] = place;
      end += 1;
    },
    markStarted(place) {
      if (known[place] !== 0) return false;
      known[place] = 1;
      return true;
    },
  };
}
