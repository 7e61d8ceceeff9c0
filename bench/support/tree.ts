import { readFileSync } from 'node:fs';
import { follow } from './usage.ts';

/** A process, and all that it and those have started; without what was orphaned. */
function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return [pid, ...children.flatMap((child) => descendants(Number(child)))];
  } catch {
    return [pid]; // it has ended
  }
}

/** What a program has taken with all of its processes. Memory that several share counts once. */
interface TreeUsage {
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly processes: number;
}

/** From the text of /proc/PID/smaps_rollup (proc(5)): each page by the share of the processes that have it. */
const proportionalMb = (rollup: string): number => Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;

/** Follows a program from now until `stop`: CPU seconds to the last look, at most 50 ms old; memory twice a second. */
export function followTree(pid: number): { stop(): TreeUsage } {
  const using = follow(() => descendants(pid));
  let peakMb = 0;
  let processes = 0;
  const look = () => {
    const pids = descendants(pid);
    processes = Math.max(processes, pids.length);
    peakMb = Math.max(
      peakMb,
      pids.reduce((sum, one) => sum + memoryOf(one), 0),
    );
  };
  const timer = setInterval(look, 500);
  return {
    stop() {
      clearInterval(timer);
      return { cpuSeconds: using.stop().cpuSeconds, peakMb, processes };
    },
  };
}

function memoryOf(pid: number): number {
  try {
    return proportionalMb(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  } catch {
    return 0; // it has ended
  }
}
