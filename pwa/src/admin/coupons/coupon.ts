import type { DescribedCoupon } from '$lib/i18n/coupons';
import { couponTerms } from '$lib/i18n/coupons';
import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';
import { gradeName } from '$lib/i18n/words';

/** GET /coupons/ID */
export interface Coupon extends DescribedCoupon {
  id: string;
  number: string;
  audience: string;
  grade: string | null;
  business_unit: string | null;
  store: string | null;
  stacks: boolean;
  exclusion_group: string | null;
  starts_on: string;
  ends_on: string | null;
  valid_days: number | null;
  per_member: number | null;
  state: string;
}

/** How many codes there are; `flagged` are uses that were no valid ones. */
export interface CodeCounts {
  issued: number;
  used: number;
  expired: number;
  flagged: number;
}

export type ListedCoupon = Coupon & { codes: CodeCounts };

/** GET /coupons/ID/report */
export interface CouponReport {
  codes: CodeCounts;
  sales: { business_unit: string; currency: string; sales: number; net: number; discount: number; new: number; returning: number }[];
}

/** GET /coupons/ID/codes */
export interface IssuedCode {
  /** The code: lists need an id. */
  id: string;
  code: string;
  customer_id: string | null;
  customer: string | null;
  good_until: string | null;
  state: string;
  sale_id: string | null;
  used_at: string | null;
  worth: number | null;
  currency: string | null;
}

/** GET /coupons/ID/flagged */
export interface FlaggedUse {
  id: string;
  code: string;
  sale_id: string;
  used_at: string;
  flags: string[];
}

/** GET /coupons/ID/issues */
export interface Issue {
  id: string;
  to: string;
  grade: string | null;
  wanted: number;
  issued: number;
  skipped: number;
  state: string;
  asked_at: string;
  staff: string | null;
}

/** What codes are called here. */
export interface Names {
  unit: (code: string) => string;
  store: (code: string) => string;
  format: Formatter;
}

const states: Record<string, () => string> = { draft: m.coupon_state_draft, live: m.coupon_state_live, stopped: m.coupon_state_stopped_desk };

/** Where a coupon stands on a business day. */
export function stateName({ state, ends_on }: Coupon, today: string): string {
  if (state === 'live' && ends_on !== null && ends_on < today) return m.coupon_state_over();
  return (states[state] ?? m.coupon_state_draft)();
}

const codeStates: Record<string, () => string> = {
  open: m.coupon_code_open, used: m.coupon_code_used, expired: m.coupon_code_expired, stopped: m.coupon_state_stopped_desk,
};

export function codeStateName(state: string): string {
  return (codeStates[state] ?? m.coupon_code_open)();
}

const issueStates: Record<string, () => string> = {
  running: m.coupon_issue_running, stopped: m.coupon_issue_stopped, finished: m.coupon_issue_finished,
};

export function issueStateName(state: string): string {
  return (issueStates[state] ?? m.coupon_issue_running)();
}

/** To whom codes were issued. */
export function issuedToName({ to, grade }: Issue): string {
  if (to === 'grade') return gradeName(grade);
  return to === 'bearer' ? m.coupon_issue_bearer() : m.coupon_issue_members();
}

const audiences: Record<string, () => string> = {
  anyone: m.coupon_audience_anyone, grade: m.coupon_audience_grade, person: m.coupon_audience_person,
};

/** For whom, where and for what it is, each in words. */
export function conditionsOf(coupon: Coupon, { unit, store, format }: Names): string[] {
  return [
    coupon.audience === 'grade' ? gradeName(coupon.grade) : (audiences[coupon.audience] ?? m.coupon_audience_anyone)(),
    ...(coupon.business_unit === null ? [] : [unit(coupon.business_unit)]),
    ...(coupon.store === null ? [] : [store(coupon.store)]),
    ...couponTerms(coupon, format),
  ];
}

/** From when until when. */
export function validityOf(coupon: Coupon, format: Formatter): string {
  const from = format.day(coupon.starts_on);
  const span = coupon.ends_on === null ? m.coupon_since({ day: from }) : m.coupon_between({ from, until: format.day(coupon.ends_on) });
  return coupon.valid_days === null ? span : `${span} · ${m.coupon_valid_days({ days: format.number(coupon.valid_days) })}`;
}
