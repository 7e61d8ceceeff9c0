import type { EventOf } from '../../history/schema.ts';

/** What the ingress' logs say of the requests of one trial, whichever line comes first: theirs or the recorder's. */
export interface IngressLog {
  logged(event: EventOf<'ingress'>, node: string | null): void;
  started(id: string): void;
  /** `forget`: nobody will ask for it, as of those that were completed. */
  ended(id: string, forget: boolean): void;
  /** Whether any ingress logged anything at all. */
  readonly any: boolean;
  /** Whether an ingress logged this one. */
  has(id: string): boolean;
  /** The node of the ingress that logged it; null: not told, or not logged. */
  nodeOf(id: string): string | null;
}

/** Lines of ids never heard of yet: their start may be a few lines away, not more. */
const early = 1000;

export function ingressLog(): IngressLog {
  /** Of requests that have begun: the node that logged it, null where that is not known, undefined: not logged. */
  const begun = new Map<string, string | null | undefined>();
  const strangers = new Map<string, string | null>();
  let any = false;
  return {
    logged({ id }, node) {
      any = true;
      if (id === null) return;
      if (begun.has(id)) begun.set(id, node);
      else {
        strangers.set(id, node);
        if (strangers.size <= early) return;
        const [oldest = ''] = strangers.keys();
        strangers.delete(oldest);
      }
    },
    started(id) {
      begun.set(id, strangers.size === 0 ? undefined : strangers.get(id));
      strangers.delete(id);
    },
    ended(id, forget) {
      if (forget) begun.delete(id);
    },
    get any() {
      return any;
    },
    has: (id) => begun.get(id) !== undefined,
    nodeOf: (id) => begun.get(id) ?? null,
  };
}
