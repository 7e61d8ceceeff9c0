import { type FaultTraits, faultTraits } from '../catalogue/faults.ts';
import { type NoticeTraits, notices } from '../catalogue/notices.ts';
import type { PlannedFault } from './schema.ts';

/** The notice before a fault; null: it comes without one. */
export function noticeOf({
  kind,
  notice,
  parameters,
}: Pick<PlannedFault, 'kind' | 'notice' | 'parameters'>): NoticeTraits | null {
  const { notice: own, noticeLength }: FaultTraits = faultTraits[kind];
  const ms = noticeLength === undefined ? undefined : parameters?.[noticeLength];
  if (own !== null && ms !== undefined) return { ...own, ms, ordinaryMs: ms };
  if (notice === undefined || noticeLength !== undefined) return own;
  return notice === null ? null : notices[notice];
}
