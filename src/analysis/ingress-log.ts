import type { EventOf } from '../history/schema.ts';

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
  const wanted = new Set<string>();
  const nodes = new Map<string, string | null>();
  const strangers = new Map<string, string | null>();
  let any = false;
  return {
    logged({ id }, node) {
      any = true;
      if (id === null) return;
      if (wanted.has(id)) nodes.set(id, node);
      else {
        strangers.set(id, node);
        const [oldest] = strangers.keys();
        if (strangers.size > early && oldest !== undefined) strangers.delete(oldest);
      }
    },
    started(id) {
      wanted.add(id);
      const node = strangers.get(id);
      if (node === undefined) return;
      nodes.set(id, node);
      strangers.delete(id);
    },
    ended(id, forget) {
      if (!forget) return;
      wanted.delete(id);
      nodes.delete(id);
    },
    get any() {
      return any;
    },
    has: (id) => nodes.has(id),
    nodeOf: (id) => nodes.get(id) ?? null,
  };
}
