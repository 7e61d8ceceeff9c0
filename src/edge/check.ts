import { connect } from 'node:net';
import { errnoOf } from '../base/errors.ts';
import type { CheckResult } from './health.ts';
import { helloOf } from './hello.ts';

export interface CheckRequest {
  readonly kind: 'http' | 'tcp';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Real milliseconds for the whole check. */
  readonly timeoutMs: number;
  readonly from: string | null;
  /** The statuses that count as good; absent: 200 alone. */
  readonly statuses?: readonly number[];
  /** The port answers a hello with this draw once a pod has answered (hello.ts); null: it knows of no hello. */
  readonly hello: number | null;
}

const words: Record<string, string> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
};

/** One health check, on a connection of its own. Never rejects. */
export function performCheck(request: CheckRequest): Promise<CheckResult> {
  const { kind, host, port, path, timeoutMs, from } = request;
  const good = request.statuses ?? [200];
  let greeted = request.hello === null;
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true, ...(from === null ? {} : { localAddress: from }) });
    const finish = (ok: boolean, detail: string) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {}); // what comes after the verdict is of no interest
      socket.destroy();
      resolve({ ok, detail });
    };
    const timer = setTimeout(() => finish(false, 'timeout'), timeoutMs);
    socket.on('error', (error) => {
      const word = words[errnoOf(error) ?? ''] ?? errnoOf(error) ?? 'error';
      // A reset in answer to the hello means the same as one in answer to a SYN.
      finish(false, word === 'reset' && !greeted ? 'refused' : word);
    });
    const connected = () => {
      if (kind === 'tcp') return finish(true, 'connected');
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\nconnection: close\r\n\r\n`);
    };
    socket.on('connect', () => {
      if (request.hello === null) connected();
      else socket.write(helloOf(request.hello));
    });
    let head = '';
    socket.on('data', (bytes) => {
      if (!greeted) {
        greeted = true;
        return connected();
      }
      head += bytes.toString('latin1');
      const code = /^HTTP\/1\.[01] (\d{3})[ \r]/.exec(head)?.[1];
      if (code !== undefined) finish(good.includes(Number(code)), code);
      else if (head.length > 64) finish(false, 'malformed');
    });
    socket.on('end', () => finish(false, 'closed'));
  });
}
