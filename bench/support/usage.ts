import { readFileSync } from 'node:fs';

/** What a process has taken since its start. */
interface Usage {
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

/** From the text of /proc/PID/stat and /proc/PID/status (proc(5)): user and system time in ticks of 10 ms, VmHWM. */
export function usageOf(stat: string, status: string): Usage {
  // The name, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, peakMb: Number(peak ?? 0) / 1024 };
}

const read = (pid: number) =>
  usageOf(readFileSync(`/proc/${pid}/stat`, 'utf8'), readFileSync(`/proc/${pid}/status`, 'utf8'));

/** A process and those that it started. */
export function withChildren(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return [pid, ...children.map(Number)];
  } catch {
    return [pid]; // it has ended
  }
}

/** Follows processes that end by themselves: the last look, at most 50 ms before its end, counts. */
export function follow(pids: () => readonly number[]): { look(): Usage; stop(): Usage } {
  const last = new Map<number, Usage>();
  const look = () => {
    for (const pid of pids()) {
      try {
        const now = read(pid);
        if (now.peakMb > 0) last.set(pid, now); // a zombie has no memory any more
      } catch {
        // it has ended
      }
    }
  };
  const sum = (): Usage => {
    look();
    const all = [...last.values()];
    return {
      cpuSeconds: all.reduce((total, { cpuSeconds }) => total + cpuSeconds, 0),
      peakMb: all.reduce((total, { peakMb }) => total + peakMb, 0),
    };
  };
  const timer = setInterval(look, 50);
  return {
    look: sum,
    stop() {
      clearInterval(timer);
      return sum();
    },
  };
}
