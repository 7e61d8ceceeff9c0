import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { auditReport } from '../../../src/audit/schema.ts';
import { cliFile } from '../../support/cli.ts';
import { largeCluster } from '../../support/large-cluster.ts';
import { readOnlyApi } from '../../support/read-only-api.ts';

/*
 * How long it takes stands in docs/audit.md. How much memory Node.js takes before it collects what is no longer needed
 * depends on its version and on the machine; how much is needed does not: a heap of this size is enough.
 */

const mostMb = 500;
const heapMb = 160;

test(`5,000 nodes and 2,000 Services in less than ${mostMb} MB, with a heap of ${heapMb} MB`, async () => {
  const api = await readOnlyApi({ lists: largeCluster(5000, 2000) });
  const folder = mkdtempSync(join(tmpdir(), 'midflight-audit-scale-'));
  try {
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, api.kubeconfig);
    const began = performance.now();
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${heapMb}`, cliFile, 'audit', '--kubeconfig', kubeconfig, '--format', 'json'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let peakMb = 0;
    const timer = setInterval(() => {
      peakMb = Math.max(peakMb, residentPeakMb(child.pid ?? 0));
    }, 20);
    let text = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      text += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    clearInterval(timer);
    const seconds = (performance.now() - began) / 1000;
    process.stdout.write(`\n5,000 nodes, 2,000 Services: ${seconds.toFixed(1)} s, ${peakMb.toFixed(0)} MB\n`);
    assert.is(code, 1);
    const { services, findings } = auditReport.parse(JSON.parse(text));
    assert.is(services.length, 2000);
    assert.is(findings.filter(({ id }) => id === 'MF001').length, 2000);
    if (process.platform === 'linux') assert.ok(peakMb > 0 && peakMb < mostMb, `${peakMb} MB`);
  } finally {
    await api.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The most that a process has held, as Linux counts it; 0: it has ended. */
function residentPeakMb(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

test.run();
