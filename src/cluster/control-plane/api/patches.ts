import { jsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge.ts';
import { strategicMergePatch } from '../patch/strategic.ts';

type Patch = (target: unknown, patch: unknown) => unknown;

/**
 * The patch formats by media type. Server-side apply is a merge without ownership of fields: nothing here writes with
 * two field managers.
 */
export const patchFormats: Readonly<Record<string, Patch>> = {
  'application/json-patch+json': jsonPatch,
  'application/merge-patch+json': applyMergePatch,
  'application/strategic-merge-patch+json': strategicMergePatch,
  'application/apply-patch+yaml': strategicMergePatch,
};
export const applyFormat = 'application/apply-patch+yaml';
