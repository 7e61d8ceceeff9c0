/** Defaults of `midflight watch`, of the library's watch too. Durations as they are written. */
export const watchDefaults = {
  streams: 10,
  /** Probes a second in each lane. */
  rate: 4,
  duration: '60s',
  stall: '20s',
  timeout: '5s',
  stability: '5s',
  status: 200,
  method: 'GET',
  http: '1.1',
  insecure: false,
  iOwnThis: false,
  force: false,
} as const;
