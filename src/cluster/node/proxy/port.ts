import type { Socket } from 'node:net';
import { messageOf } from '../../../base/errors.ts';
import { type Filling, fillBacklog } from '../../backlog.ts';
import { type Acceptor, startAcceptor } from './acceptor.ts';
import type { Rule } from './rule.ts';
import type { NodeListener } from './types.ts';

/** One NodePort of the node: what its rule says, done to its listening socket. */
export interface NodePort {
  /** Resolves when the rule holds for every connection from now on. */
  apply(rule: Rule): Promise<void>;
  readonly rule: Rule;
  readonly listener: NodeListener | null;
  end(): void;
}

interface NodePortOptions {
  readonly host: string;
  readonly port: number;
  readonly what: string;
  readonly bundle: string;
  readonly token: string;
  readonly fillerAddress: string | null;
  readonly backlog: number;
  onConnection(socket: Socket, rule: Rule): void;
  /** The listening socket came or went. */
  changed(): void;
  failed(reason: string): void;
}

export function nodePort(options: NodePortOptions): NodePort {
  const { host, port, what, failed, changed } = options;
  let acceptor: Acceptor | null = null;
  let state: Rule['kind'] = 'refuse';
  let rule: Rule = { kind: 'refuse' };
  let filling: Filling | null = null;
  let last = Promise.resolve();
  let ended = false;

  const begin = () =>
    startAcceptor({
      bundle: options.bundle,
      token: options.token,
      fillerAddress: options.fillerAddress,
      onSocket: (socket) => options.onConnection(socket, rule),
      onExit: (reason) => failed(`the acceptor of ${host}:${port} ${reason}`),
    });
  const wake = () => {
    filling?.release();
    filling = null;
    acceptor?.signal('SIGCONT');
  };
  const become = async (kind: Rule['kind']) => {
    if (ended || kind === state) return;
    if (state === 'silent') wake();
    if (kind === 'refuse') {
      await acceptor?.close();
    } else if (state === 'refuse') {
      acceptor ??= begin();
      await acceptor.listen(host, port, options.backlog);
    }
    if (kind === 'silent') {
      acceptor?.signal('SIGSTOP');
      filling = await fillBacklog({ host, port }, options.fillerAddress);
    }
    if (ended) return wake(); // ended meanwhile
    const listening = (kind === 'refuse') !== (state === 'refuse');
    state = kind;
    if (listening) changed();
  };

  return {
    apply(next) {
      // At once for who is accepted from here; the socket follows, one change after the other.
      rule = next;
      last = last
        .then(() => become(next.kind))
        .catch((error: unknown) => failed(`NodePort ${port} on ${host}: ${messageOf(error)}`));
      return last;
    },
    get rule() {
      return rule;
    },
    get listener() {
      return acceptor === null || state === 'refuse' ? null : { host, port, what, pid: acceptor.pid };
    },
    end() {
      ended = true;
      wake();
      acceptor?.end();
    },
  };
}
