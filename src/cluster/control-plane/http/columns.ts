import * as z from 'zod';

/* What the columns of every kind's table are made of. */

export interface Column<T> {
  readonly name: string;
  /** Shown with -o wide only. */
  readonly wide?: true;
  readonly of: (object: T, now: Date) => string;
}

export const noneShown = '<none>';
/** A field that may be anything, as text. */
export const text = z.string().catch('');

/** `3d4h`, `5m10s`: two units while the figure is small (apimachinery pkg/util/duration HumanDuration, shortened). */
export function age(created: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(created)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  return `${days}d`;
}

/** `a=b,c=d`, as kubectl shows labels that are selected by. */
export const pairs = (labels: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',') || noneShown;
