export { presets } from './list.ts';
export { resolveEdge } from './resolve.ts';
export type { PlannedCheck, PlannedEdge } from './schema.ts';
