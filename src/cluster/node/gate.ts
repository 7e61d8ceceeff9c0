import type { NodeApi } from './api.ts';

/** The kubelet of a node as a process that can be paused, while what it has started goes on. */
export interface Gate {
  /** Its writes: they wait while it is paused. */
  readonly api: NodeApi;
  readonly closed: boolean;
  /** Runs now, or once it goes on, in the order of the calls. */
  through(work: () => void): void;
  close(): void;
  open(): void;
}

export function gate(api: NodeApi): Gate {
  let closed = false;
  let waiting: (() => void)[] = [];
  const through = (work: () => void) => {
    if (closed) waiting.push(work);
    else work();
  };
  const pass = () => new Promise<void>((resolve) => through(resolve));
  return {
    api: {
      access: api.access,
      create: (path, content) => pass().then(() => api.create(path, content)),
      patch: (path, content) => pass().then(() => api.patch(path, content)),
      patchIfThere: (path, content) => pass().then(() => api.patchIfThere(path, content)),
      remove: (path, graceSeconds) => pass().then(() => api.remove(path, graceSeconds)),
    },
    get closed() {
      return closed;
    },
    through,
    close() {
      closed = true;
    },
    open() {
      closed = false;
      const works = waiting;
      waiting = [];
      for (const work of works) work();
    },
  };
}
