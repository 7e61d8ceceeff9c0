import { killByToken } from '../../processes.ts';

/*
 * A stopped child survives its parent, and cannot see that the parent is gone. This process can: its stdin ends then,
 * whatever ended the parent. It SIGKILLs everything that carries the run's token, itself excepted, and ends.
 */
const token = process.argv[2] ?? '';
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
process.stdin.on('error', () => {});
process.stdin.on('close', () => {
  // Twice: a process may have been starting another while the first pass went on.
  killByToken(token);
  setTimeout(() => {
    killByToken(token);
    process.exit(0);
  }, 100);
});
process.stdin.resume();
process.stdout.write('ready\n');
