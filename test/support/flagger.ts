import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { packageRoot } from '../../src/base/package.ts';

/*
 * Flagger and its load tester as far as the webhook of deploy/flagger.yaml goes, in front of a shop that has one whole and one
 * broken page: github.com/fluxcd/flagger, pkg/controller/webhook.go, pkg/loadtester/server.go and bash.go (July 2026).
 */

const metadata = z.object({ type: z.literal('bash'), cmd: z.string() });
const payload = z.object({ metadata });
const canary = z.object({
  spec: z.object({ analysis: z.object({ webhooks: z.tuple([z.object({ metadata })]) }) }),
});

interface FlaggerStandIn {
  /** Sends the webhook for a page of the shop: status and body of the answer. A status above 202 halts the canary. */
  call(page: '/' | '/broken'): Promise<readonly [status: number, body: string]>;
  close(): void;
}

/** `run`: where and with which environment the load tester runs commands. */
export async function flaggerStandIn(run: { cwd: string; env: NodeJS.ProcessEnv }): Promise<FlaggerStandIn> {
  const { spec } = canary.parse(parse(readFileSync(join(packageRoot(), 'deploy', 'flagger.yaml'), 'utf8')));
  const [hook] = spec.analysis.webhooks;
  const shop = createServer((request, response) => {
    if (request.url === '/') response.end('ok');
    else response.writeHead(503).end();
  });
  const loadTester = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { cmd } = payload.parse(JSON.parse(body)).metadata;
      execFile('bash', ['-c', cmd], run, (error) =>
        response.writeHead(error === null ? 200 : 500).end(error?.message ?? 'OK'),
      );
    });
  });
  const [shopUrl, hookUrl] = await Promise.all([listening(shop), listening(loadTester)]);
  return {
    async call(page) {
      const cmd = replaced(hook.metadata.cmd, [
        ['http://shop-canary.default/', `${shopUrl}${page}`],
        ['--duration=1m', '--duration=1s --stability=1s --streams=2'],
        ['/tmp/run', join(run.cwd, `flagger${page.replace('/', '-')}`)],
      ]);
      const answer = await fetch(hookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          name: 'shop',
          namespace: 'default',
          phase: 'Progressing',
          checksum: '1',
          metadata: { ...hook.metadata, cmd },
        }),
      });
      return [answer.status, await answer.text()];
    },
    close() {
      for (const server of [shop, loadTester]) server.close();
    },
  };
}

function replaced(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((now, [from, to]) => {
    if (!now.includes(from)) throw new Error(`the webhook has no ${from}`);
    return now.replace(from, to);
  }, text);
}

/** Its URL without a path. */
const listening = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );
