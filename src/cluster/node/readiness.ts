import { get } from 'node:http';
import type { Timers } from '../../base/timers.ts';
import type { ReadinessProbe } from './pod-object.ts';

/** Asks a pod's readiness over and over. Returns how to stop it. */
export function watchReadiness(options: {
  readonly probe: ReadinessProbe;
  readonly address: { readonly host: string; readonly port: number };
  /** Real time is shorter by this. */
  readonly timeScale: number;
  readonly timers: Timers;
  /** How long the container has been running: initialDelaySeconds counts from its start. Real milliseconds. */
  readonly runningMs?: number;
  onChange(ready: boolean): void;
}): () => void {
  const { probe, address, timeScale, timers, onChange } = options;
  const periodMs = (probe.periodSeconds * 1000) / timeScale;
  const timeoutMs = Math.max(50, (probe.timeoutSeconds * 1000) / timeScale);
  let ready = false;
  let failures = 0;
  let successes = 0;
  let stopped = false;
  const ask = async () => {
    const ok = await isOk(address, probe.httpGet.path, timeoutMs, timers);
    if (stopped) return;
    failures = ok ? 0 : failures + 1;
    successes = ok ? successes + 1 : 0;
    const now = ready ? failures < probe.failureThreshold : successes >= probe.successThreshold;
    if (now === ready) return;
    ready = now;
    onChange(ready);
  };
  // A kubelet begins each container's probes at a random phase; here the first comes at once, so that a cluster is up soon.
  let stopTimer = () => {};
  const begin = () => {
    stopTimer = timers.every(periodMs, () => void ask());
    void ask();
  };
  const initialMs = (probe.initialDelaySeconds * 1000) / timeScale - (options.runningMs ?? 0);
  if (initialMs > 0) stopTimer = timers.after(initialMs, begin);
  else begin();
  return () => {
    stopped = true;
    stopTimer();
  };
}

/** 2xx and 3xx are ready, as pkg/probe/http has it. */
function isOk(
  address: { readonly host: string; readonly port: number },
  path: string,
  timeoutMs: number,
  timers: Timers,
): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ ...address, path, agent: false }, (response) => {
      response.resume();
      const code = response.statusCode ?? 0;
      resolve(code >= 200 && code < 400);
    });
    const stopLimit = timers.after(timeoutMs, () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => {
      stopLimit();
      resolve(false);
    });
  });
}
