import type { EventOf } from '../../history/schema.ts';

/** What the ingress logged about the requests of one trial, whichever line comes first: its own or the recorder's. */
export interface IngressLog {
  logged(event: EventOf<'ingress'>, node: string | null): void;
  started(id: string): void;
  /** `forget`: nobody will ask for it, as of those that were completed. */
  ended(id: string, forget: boolean): void;
  /** Whether any ingress logged anything at all. */
  readonly any: boolean;
  /** Whether an ingress logged this one. */
  has(id: string): boolean;
  /** The node of the ingress that logged it; null: unknown, or not logged. */
  nodeOf(id: string): string | null;
}

/** How many lines to keep whose request has not started yet: its start may be a few lines away, not more. */
const early = 1000;

export function ingressLogFold(): IngressLog {
  /** For each started request, the node that logged it; null: not known; undefined: not logged. */
  const loggedBy = new Map<string, string | null | undefined>();
  const unmatched = new Map<string, string | null>();
  let any = false;
  return {
    logged({ id }, node) {
      any = true;
      if (id === null) return;
      if (loggedBy.has(id)) loggedBy.set(id, node);
      else {
        unmatched.set(id, node);
        if (unmatched.size <= early) return;
        const [oldest = ''] = unmatched.keys();
        unmatched.delete(oldest);
      }
    },
    started(id) {
      loggedBy.set(id, unmatched.size === 0 ? undefined : unmatched.get(id));
      unmatched.delete(id);
    },
    ended(id, forget) {
      if (forget) loggedBy.delete(id);
    },
    get any() {
      return any;
    },
    has: (id) => loggedBy.get(id) !== undefined,
    nodeOf: (id) => loggedBy.get(id) ?? null,
  };
}
