import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

/** Programs of a machine that keeps up wait for a processor during less than this. Share of the last 10 s. */
const busyShare = 0.6;
/** Runnable programs per processor, mean of the last minute: if the kernel reports no pressure. */
const busyLoad = 2;

interface MachineLoad {
  /** `/proc/pressure/cpu`, which Linux has from 4.20 on; null: it is not there. */
  readonly pressure: string | null;
  readonly loadPerProcessor: number;
}

const present = (): MachineLoad => ({
  pressure: readPressure(),
  loadPerProcessor: (loadavg()[0] ?? 0) / Math.max(1, cpus().length),
});

/**
 * How busy this machine is, in words that follow a time limit that was overrun; null: not so busy that it explains one.
 * Source: https://docs.kernel.org/accounting/psi.html, `some avg10`, percent.
 */
export function busyMachine(load: MachineLoad = present()): string | null {
  const share = Number(/^some avg10=([\d.]+)/m.exec(load.pressure ?? '')?.[1] ?? Number.NaN) / 100;
  if (!Number.isNaN(share)) {
    if (share < busyShare) return null;
    return `this machine was too slow: programs waited for a processor in ${(100 * share).toFixed(0)} % of the last 10 s`;
  }
  if (load.loadPerProcessor < busyLoad) return null;
  return `this machine was too slow: ${load.loadPerProcessor.toFixed(1)} programs for each processor`;
}

function readPressure(): string | null {
  try {
    return readFileSync('/proc/pressure/cpu', 'utf8');
  } catch {
    return null; // no Linux, or a kernel without it
  }
}

/** `what` was not done within its time limit: the busy machine is named if there is one. */
export function overran(what: string): string {
  const busy = busyMachine();
  return busy === null ? what : `${what}; ${busy}`;
}
