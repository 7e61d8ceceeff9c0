export { presets } from './list.ts';
export { resolveEdge } from './resolve.ts';
