/*
 * What a CDN in front would have answered for a lost request, as data. Source: Cloudflare's docs, "Error 520" to "Error 526"
 * and, for a name without an address, "Error 530" with "Error 1016".
 */

interface CdnCodeTraits {
  /** Its short form, for tables. */
  readonly short: string;
  /** Its entry in the glossary; null: the short form is enough. */
  readonly meaning: string | null;
}

const rows = {
  '520': { short: '520', meaning: 'Cloudflare got an empty, malformed or reset answer.' },
  '521': { short: '521', meaning: 'The origin refused the connection.' },
  '522': { short: '522', meaning: 'The origin did not answer the TCP handshake within 19 s.' },
  '523': { short: '523', meaning: 'The origin could not be reached.' },
  '524': { short: '524', meaning: 'The connection stood, and no answer came within 120 s.' },
  '525': { short: '525', meaning: 'The TLS handshake with the origin failed.' },
  '526': { short: '526', meaning: "The origin's certificate was not accepted." },
  '530': { short: '530', meaning: "The origin's name had no address (error 1016)." },
  'slow-connect': {
    short: 'slow to connect',
    meaning: 'The handshake took longer than a probe waits, but less than the 19 s of a 522.',
  },
  cut: {
    short: 'cut short',
    meaning: 'The answer had begun, so its status (200) is kept, and the visitor gets only part of the body.',
  },
  'balancer-502': {
    short: "the balancer's own 502",
    meaning:
      'The load balancer answered itself: the node refused the connection, or ended it before an answer. A CDN passes the status on.',
  },
  'balancer-503': {
    short: "the balancer's own 503",
    meaning:
      'The load balancer answered itself: it had no node, or could not connect to one. A CDN passes the status on.',
  },
  'balancer-504': {
    short: "the balancer's own 504",
    meaning:
      'The load balancer answered itself: the node did not answer in time. A CDN passes the status on.',
  },
  'origin-status': { short: "the origin's own error", meaning: null },
} as const satisfies Record<string, CdnCodeTraits>;

export type CdnCode = keyof typeof rows;
export const cdnCodes = Object.keys(rows) as [CdnCode, ...CdnCode[]];
export const cdnCodeTraits: Readonly<Record<CdnCode, CdnCodeTraits>> = rows;

/** The code of an answer that an HTTP balancer gave itself; null: it gives no such. */
export const balancerCode = (status: number): CdnCode | null =>
  cdnCodes.find((code) => code === `balancer-${status}`) ?? null;

/** How long Cloudflare waits for a SYN-ACK before it answers 522 (its docs, error 522). Cluster milliseconds. */
export const cdnConnectMs = 19_000;

/** Cloudflare's proxy read timeout (its docs, error 524: 120 s, was 100 s). Cluster milliseconds. */
export const cdnResponseMs = 120_000;
