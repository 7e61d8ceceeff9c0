import { join } from 'node:path';
import { ApiException, KubeConfig } from '@kubernetes/client-node';
import { launchChild } from '../../../../src/base/child.ts';
import { packageRoot } from '../../../../src/base/package.ts';
import { embeddedKubeconfig } from '../../../../src/cluster/control-plane/kubeconfig.ts';
import { controlPlaneProtocol } from '../../../../src/cluster/control-plane/protocol.ts';

/** Starts the control plane's process from source, with short timers. */
export async function launchControlPlane(timers: Partial<Record<string, number>> = {}) {
  return await launchChild({
    command: process.execPath,
    args: ['--import', 'tsx', join(packageRoot(), 'src/cluster/control-plane/main.ts')],
    protocol: controlPlaneProtocol,
    name: 'control-plane',
    config: {
      role: 'control-plane',
      host: '127.0.0.1',
      port: 0,
      token: 'test',
      timers: {
        nodeMonitorGraceMs: 300,
        nodeMonitorPeriodMs: 50,
        leaseRenewMs: 60,
        podEvictionMs: 1000,
        ...timers,
      },
    },
  });
}

export function clientOf({
  ready,
}: {
  readonly ready: { readonly host: string; readonly port: number };
}): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(embeddedKubeconfig(ready.host, ready.port));
  return config;
}

/** Polls until `probe` gives a value; fails after 10 s with what was waited for. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    const value = await probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`did not happen in 10 s: ${what}`);
}

/** The Status with which a request was refused, and its code. */
export async function refusal(promise: Promise<unknown>) {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ApiException) return { code: error.code, ...JSON.parse(error.body) };
    throw error;
  }
  throw new Error('was not refused');
}
