import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Store } from './api/store.ts';
import type { ControlPlaneTimers } from './config.ts';

/** What every part of the control plane works with: the objects, time, chance, and how fast time runs. */
export interface Context {
  readonly store: Store;
  readonly clock: Clock;
  /** The wall clock, for timestamps in objects. */
  readonly wall: () => Date;
  readonly random: Random;
  readonly timers: ControlPlaneTimers;
  /** Divides durations in objects, which are in cluster time. */
  readonly timeScale: number;
}

/** A metav1.Time: whole seconds, as Kubernetes writes them. */
export function timestamp(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

// No vowels and no digits that look like them (apimachinery pkg/util/rand/rand.go).
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters, as generateName appends. */
export function nameSuffix(random: Random): string {
  return Array.from({ length: 5 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
}

/** A version 4 UUID out of the context's randomness. */
export function newUid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
