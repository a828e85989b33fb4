import { m } from '$lib/i18n/paraglide/messages';

/** Something that the law has us tell a person about a consent of hers, as `GET /notices` has it. */
export interface OwedNotice {
  id: string;
  kind: string;
  customer: { id: string; name: string };
  channel: string | null;
  night: boolean;
  granted: boolean;
  sender: string | null;
  said_at: string;
  due_by: string;
  state: string;
  reason_text: string | null;
  late: boolean;
  sent_at: string | null;
  told_at: string | null;
  told_how: string | null;
  told_note: string | null;
  told_by: string | null;
  /** Whoever looks may note that she was told in another way. */
  may_tell: boolean;
}

export const NOTICE_STATES = ['owed', 'late', 'impossible', 'queued', 'told'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

export const NOTICE_KINDS = ['consent_result', 'reconfirmation'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export const TOLD_HOW = ['in_person', 'call', 'post', 'email'] as const;
export type ToldHow = (typeof TOLD_HOW)[number];

const DAY_MS = 86_400_000;

const states: Record<string, () => string> = {
  owed: m.notice_state_owed, late: m.notice_state_late, impossible: m.notice_state_impossible, queued: m.notice_state_queued,
  told: m.notice_state_told,
};
const kinds: Record<string, () => string> = { consent_result: m.notice_kind_result, reconfirmation: m.notice_kind_reconfirmation };
const ways: Record<string, () => string> = {
  in_person: m.notice_how_in_person, call: m.notice_how_call, post: m.notice_how_post, email: m.notice_how_email,
};

export function noticeStateName(state: string): string {
  return (states[state] ?? m.notice_state_owed)();
}

export function noticeKindName(kind: string): string {
  return (kinds[kind] ?? m.notice_kind_result)();
}

export function toldHowName(how: string): string {
  return (ways[how] ?? m.notice_how_in_person)();
}

/** How many days are left, a begun one included, or by how many whole ones it is late: never less than one. */
export function daysTo(due: string, from: Date): { late: boolean; days: number } {
  const left = new Date(due).getTime() - from.getTime();
  const days = Math.abs(left) / DAY_MS;
  return { late: left < 0, days: Math.max(1, left < 0 ? Math.floor(days) : Math.ceil(days)) };
}
