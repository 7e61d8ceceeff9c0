import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { errnoOf } from '../../src/base/errors.ts';
import type { Path } from '../../src/history/schema.ts';
import { bodyReader, shortPath, streamPath } from '../../src/workload/protocol.ts';

export interface Where {
  readonly host: string;
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly hostname: string;
  /** Whoever's the certificate is. */
  readonly tls: boolean;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
  readonly path: Path | null;
}

/** One short request; rejects when it is not answered within `limitMs`. */
export function ask(
  where: Where,
  options: { path?: string; headers?: Record<string, string>; limitMs?: number } = {},
): Promise<Answer> {
  const { host, port, localAddress, hostname, tls } = where;
  return new Promise((resolve, reject) => {
    const outgoing = (tls ? secureRequest : request)(
      {
        host,
        port,
        ...(localAddress === undefined ? {} : { localAddress }),
        path: options.path ?? shortPath('conformance'),
        headers: { host: hostname, connection: 'close', ...options.headers },
        agent: false,
        ...(tls ? { servername: hostname, rejectUnauthorized: false } : {}),
      },
      (answer) => {
        let body = '';
        answer.setEncoding('latin1');
        answer.on('data', (text: string) => {
          body += text;
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const reader = bodyReader();
          reader.push(Buffer.from(body, 'latin1'));
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body, path: reader.path });
        });
      },
    );
    outgoing.setTimeout(options.limitMs ?? 5000, () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

type StreamEnd = 'completed' | 'fin' | 'reset' | 'wrong' | 'cancelled';

export interface Stream {
  readonly path: Path;
  readonly ended: Promise<StreamEnd>;
  /** Milliseconds since its last byte. */
  silentFor(): number;
  readonly over: boolean;
  cancel(): void;
}

/** A slow stream; resolves at its first chunk. */
export function openStream(where: Where, durationMs: number, intervalMs: number): Promise<Stream> {
  const { host, port, localAddress, hostname } = where;
  return new Promise((resolve, reject) => {
    const reader = bodyReader();
    let lastByte = performance.now();
    let end = (_: StreamEnd) => {};
    let over = false;
    let begun = false;
    const ended = new Promise<StreamEnd>((settle) => {
      end = (word) => {
        over = true;
        settle(word);
      };
    });
    const outgoing = request({
      host,
      port,
      ...(localAddress === undefined ? {} : { localAddress }),
      path: streamPath({ id: 'conformance', durationMs, intervalMs, chunkSize: 512 }),
      headers: { host: hostname, connection: 'close' },
      agent: false,
    });
    outgoing.setTimeout(60_000, () => outgoing.destroy(new Error('no byte for 60 s')));
    outgoing.on('error', (error) => {
      end(errnoOf(error) === 'ECONNRESET' ? 'reset' : 'fin');
      if (!begun) reject(error);
    });
    outgoing.on('response', (answer) => {
      answer.on('data', (bytes: Buffer) => {
        lastByte = performance.now();
        reader.push(bytes);
        if (begun || reader.chunks === 0) return;
        begun = true;
        if (reader.path === null) reject(new Error('the first chunk tells no path'));
        else
          resolve({
            path: reader.path,
            ended,
            silentFor: () => performance.now() - lastByte,
            get over() {
              return over;
            },
            cancel() {
              end('cancelled');
              outgoing.destroy();
            },
          });
      });
      answer.on('end', () => {
        end(reader.complete ? 'completed' : reader.wrong ? 'wrong' : 'fin');
        if (!begun) reject(new Error(`answered ${answer.statusCode} without a stream`));
      });
      answer.on('error', (error) =>
        end(errnoOf(error) === 'ECONNRESET' && answer.complete === false ? 'reset' : 'fin'),
      );
    });
    outgoing.end();
  });
}
