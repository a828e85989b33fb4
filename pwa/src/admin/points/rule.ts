import { m } from '$lib/i18n/paraglide/messages';

/** GET /points/rules */
export interface EarningRule {
  id: string;
  name: string;
  kind: string;
  /** Points for 10,000 minor units of `currency`: a hundred are one percent. */
  rate: number;
  currency: string;
  cap: number | null;
  cap_month: number | null;
  valid_months: number | null;
  business_unit: string | null;
  store: string | null;
  category: string | null;
  grade: string | null;
  card_issuer: string | null;
  /** Monday is 0. */
  weekdays: number[] | null;
  starts_on: string;
  ends_on: string | null;
  retired_at: string | null;
}

/** GET /points/report */
export interface PointsReport {
  outstanding: { business_unit: string; month: string | null; points: number; lots: number }[];
  debt: Record<string, number>;
  settlement: { business_unit: string; taken_here: number; taken_elsewhere: number; net: number }[];
}

/** What codes are called here. */
export interface Names {
  unit: (code: string) => string;
  store: (code: string) => string;
  grade: (code: string) => string;
  number: (value: number) => string;
  day: (day: string) => string;
  language: string;
}

/** `1.5%` of a rate. */
export function percentOf(rate: number, language: string): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(rate / 10_000);
}

/** The rate that somebody typed in percent; null when it is none between 0.01 and 100. */
export function rateOf(typed: string): number | null {
  if (!/^\d{1,3}([.,]\d{1,2})?$/.test(typed.trim())) return null;
  const rate = Math.round(Number(typed.trim().replace(',', '.')) * 100);
  return rate >= 1 && rate <= 10_000 ? rate : null;
}

/** For which sales the rule is, each condition in words; none for every sale. */
export function conditionsOf(rule: EarningRule, names: Names): string[] {
  return [
    rule.business_unit === null ? null : names.unit(rule.business_unit),
    rule.store === null ? null : names.store(rule.store),
    rule.category,
    rule.grade === null ? null : names.grade(rule.grade),
    rule.card_issuer,
    rule.weekdays === null ? null : rule.weekdays.map((day) => weekdayName(day, names.language)).join('·'),
  ].filter((each) => each !== null);
}

/** What limits it: the cap of a sale, how long its points are good. */
export function limitsOf(rule: EarningRule, names: Names): string[] {
  return [
    rule.cap === null ? null : m.rule_cap({ points: names.number(rule.cap) }),
    rule.cap_month === null ? null : m.rule_cap_month({ points: names.number(rule.cap_month) }),
    rule.valid_months === null ? m.rule_valid_always() : m.rule_valid({ months: names.number(rule.valid_months) }),
  ].filter((each) => each !== null);
}

/** The name of a day of the week; Monday is 0. */
export function weekdayName(day: number, language: string): string {
  // The first of June 2026 is a Monday.
  return new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(new Date(Date.UTC(2026, 5, 1 + day)));
}
