import type { Analyse, ReadReport, Run, Watch } from './types.ts';

export type * from './types.ts';

/* Each loads what it needs when it is called, as the command line does. */

export const watch: Watch = async (url, options) => (await import('./watch.ts')).watch(url, options);
export const run: Run = async (file, options) => (await import('./run.ts')).run(file, options);
export const readReport: ReadReport = async (path) => (await import('./read.ts')).readReport(path);
export const analyse: Analyse = async (path) => (await import('./read.ts')).analyse(path);
