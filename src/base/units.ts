/** Milliseconds of cluster time: what scenarios and reports speak of. */
export type Milliseconds = number;
/** Nanoseconds of the monotonic clock (CLOCK_MONOTONIC), as a double: exact up to 104 days of uptime. */
export type Nanoseconds = number;
/** The name of a Kubernetes Node object. */
export type NodeName = string;

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const wholeDuration = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const durationPart = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Parses `250ms`, `10s`, `1m30s`, `0s`. Returns undefined if the text is no duration. */
export function parseDuration(text: string): Milliseconds | undefined {
  if (!wholeDuration.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(durationPart)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN);
  }
  return total;
}

/** `24.9 s`, `350 ms`, `2 min 5 s`: for people. */
export function formatDuration(ms: Milliseconds): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${trimZero((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
}

function trimZero(text: string): string {
  return text.replace(/\.0$/, '');
}

export const nsPerMs = 1e6;
export const nsPerSecond = 1e9;
