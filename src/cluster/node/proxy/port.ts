import type { Socket } from 'node:net';
import { messageOf } from '../../../base/errors.ts';
import { type Filling, fillBacklog } from '../../backlog.ts';
import type { Holder } from './holder.ts';
import { type Listening, parkedBacklog, startListening } from './listening.ts';
import type { Rule } from './rule.ts';
import type { NodeListener } from './types.ts';

/** One NodePort of the node: its rule, applied to its listening socket. */
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
  readonly holder: Holder;
  readonly fillerAddress: string | null;
  readonly backlog: number;
  onConnection(socket: Socket, rule: Rule): void;
  /** The listening socket came or went. */
  changed(): void;
  failed(reason: string): void;
}

export function nodePort(options: NodePortOptions): NodePort {
  const { host, port, what, failed, changed } = options;
  let listening: Listening | null = null;
  let state: Rule['kind'] = 'refuse';
  let rule: Rule = { kind: 'refuse' };
  let filling: Filling | null = null;
  let last = Promise.resolve();
  let ended = false;

  const release = () => {
    filling?.release();
    filling = null;
  };
  const close = async () => {
    release();
    const closing = listening;
    listening = null;
    await closing?.close();
  };
  const open = () =>
    startListening({
      ...{
        host,
        port,
        backlog: options.backlog,
        fillerAddress: options.fillerAddress,
        holder: options.holder,
      },
      onConnection: (socket) => options.onConnection(socket, rule),
    });
  const become = async (kind: Rule['kind']) => {
    if (ended || kind === state) return;
    if (kind === 'refuse') await close();
    else if (state === 'refuse') listening = await open();
    if (kind === 'silent') {
      listening?.park();
      filling = await fillBacklog({ host, port }, options.fillerAddress, 4 * parkedBacklog);
    } else if (state === 'silent') {
      release();
      await listening?.unpark();
    }
    if (ended) return close(); // ended meanwhile
    const came = (kind === 'refuse') !== (state === 'refuse');
    state = kind;
    if (came) changed();
  };

  return {
    apply(next) {
      // It takes effect at once for connections accepted from here on; the socket follows, one change after the other.
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
      return listening === null || state === 'refuse' ? null : { host, port, what, pid: process.pid };
    },
    end() {
      ended = true;
      close().catch(() => {}); // its holder has ended: the socket went with it
    },
  };
}
