import type { AppsV1Api, CoordinationV1Api, CoreV1Api } from '@kubernetes/client-node';
import type * as z from 'zod';
import type { ErrorCode } from '../base/errors.ts';
import type { Milliseconds } from '../base/units.ts';
import { waitFor } from '../kube/wait.ts';

/** What a change works on. A part that is not there (no API to be reached) throws MidflightError when it is asked for. */
export interface World {
  core(): CoreV1Api;
  apps(): AppsV1Api;
  coordination(): CoordinationV1Api;
  /** The user's kubectl reaches the cluster: hints may name its commands. */
  readonly kubectl: boolean;
  /** Sleeps for a cluster time; rejects when the world's signal, or the one given instead, is aborted. */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
  /** Aborted when waiting is to end; what has begun is finished all the same. */
  readonly signal: AbortSignal;
}

export type ChangeScope = 'cluster' | 'holder' | 'machine';

/** How an undo ended. restored: it was set back. already: there was nothing to set back. left: somebody else has changed it since. */
export interface Undone {
  readonly result: 'restored' | 'already' | 'left';
  readonly detail: string;
}

/** One change as the journal holds it: enough to undo it in another process. */
interface Made<Target, Before, Wanted> {
  readonly target: Target;
  readonly before: Before;
  readonly wanted: Wanted;
}

/**
 * One kind of change to a cluster or to this machine. `before`, `do` and `undo` get everything from their arguments: an
 * undo runs in another process, after a crash, from the journal's line alone. All three may be called again.
 */
export interface ChangeKind<Target, Before, Wanted, Result = void> {
  readonly kind: string;
  /**
   * cluster: it is in a cluster, and goes with it. holder: undoing it removes the whole cluster and all that was changed
   * in it since. machine: neither.
   */
  readonly scope: ChangeScope;
  readonly target: z.ZodType<Target>;
  readonly before: z.ZodType<Before>;
  readonly wanted: z.ZodType<Wanted>;
  /** What is done, for a person: "externalTrafficPolicy of default/web: Local". */
  describe(target: Target, wanted: Wanted): string;
  /** What is there before it is done. */
  look(world: World, target: Target): Promise<Before>;
  do(world: World, made: Made<Target, Before, Wanted>): Promise<Result>;
  /** Throws if it could not be undone; the journal then keeps the line. */
  undo(world: World, made: Made<Target, Before, Wanted>): Promise<Undone>;
}

/** A change as a line of the journal holds it: of any kind, not checked yet. */
type MadeLine = Made<unknown, unknown, unknown>;

/** A kind that takes what a journal holds, and checks it. */
export interface AnyKind {
  readonly kind: string;
  readonly scope: ChangeScope;
  /** Throws ZodError if the line is none of this kind. */
  open(line: MadeLine): { readonly what: string; undo(world: World): Promise<Undone> };
}

export function anyKind<T, B, W, R>(kind: ChangeKind<T, B, W, R>): AnyKind {
  return {
    kind: kind.kind,
    scope: kind.scope,
    open(line) {
      const made = {
        target: kind.target.parse(line.target),
        before: kind.before.parse(line.before),
        wanted: kind.wanted.parse(line.wanted),
      };
      return {
        what: kind.describe(made.target, made.wanted),
        undo: (world) => kind.undo(world, made),
      };
    },
  };
}

/** Something with one value that can be read and written: a label, a policy. Undoing it writes the old value back. */
export interface Setting<Target, Value> {
  readonly kind: string;
  readonly target: z.ZodType<Target>;
  readonly value: z.ZodType<Value>;
  describe(target: Target, value: Value): string;
  /** Null: the object that holds it is gone. */
  read(world: World, target: Target): Promise<Value | null>;
  write(world: World, target: Target, value: Value): Promise<void>;
  /** Whether the two describe the same state. */
  same(one: Value, other: Value): boolean;
}

/**
 * A setting as a change. Its undo writes nothing if the old value is there, and nothing over a value that is neither the
 * old one nor the one it wrote: that one is somebody else's.
 */
export function settingChange<Target, Value>(
  setting: Setting<Target, Value>,
): ChangeKind<Target, Value | null, Value> {
  const { kind, target, value, describe, read, write, same } = setting;
  return {
    kind,
    scope: 'cluster',
    target,
    before: value.nullable() as z.ZodType<Value | null>,
    wanted: value,
    describe,
    look: read,
    async do(world, made) {
      if (made.before !== null && same(made.before, made.wanted)) return;
      await write(world, made.target, made.wanted);
    },
    async undo(world, made) {
      const now = await read(world, made.target);
      if (now === null) return { result: 'already', detail: 'it is gone' };
      const { before, wanted } = made;
      if (before === null || same(now, before)) return { result: 'already', detail: 'it is as it was' };
      const text = describe(made.target, before);
      if (!same(now, wanted))
        return { result: 'left', detail: `somebody else has changed it since; it was ${text}` };
      await write(world, made.target, before);
      return { result: 'restored', detail: text };
    },
  };
}

/** Waits for what the cluster has to show, in its own time. Throws at the limit: `fault-failed`, unless another code is given. */
export const waitIn = (
  world: World,
  what: string,
  limitMs: Milliseconds,
  done: () => Promise<boolean>,
  more: { readonly pauseMs?: Milliseconds; readonly code?: ErrorCode; readonly hint?: string } = {},
): Promise<void> =>
  waitFor(what, limitMs, world.signal, done, { code: 'fault-failed', ...more, clock: world });

/** A kubectl command as the hint of an error, if kubectl reaches the cluster. */
export const kubectlHint = ({ kubectl }: World, command: string): { hint?: string } =>
  kubectl ? { hint: `kubectl ${command}` } : {};
