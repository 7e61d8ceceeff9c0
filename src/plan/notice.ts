import { faultTraits } from '../catalogue/faults.ts';
import { type NoticeTraits, notices } from '../catalogue/notices.ts';
import type { PlannedFault } from './schema.ts';

/** The notice before a fault; null: it comes without one. */
export function noticeOf({ kind, notice }: Pick<PlannedFault, 'kind' | 'notice'>): NoticeTraits | null {
  if (notice === undefined) return faultTraits[kind].notice;
  return notice === null ? null : notices[notice];
}
