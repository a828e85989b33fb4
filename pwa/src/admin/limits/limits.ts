import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';

/** Limits that may be empty: there is none then. */
export const counts = ['per_day', 'per_week', 'per_month'] as const;
/** Days; 0 is none. */
export const days = ['complaint_days', 'return_days', 'same_content_days'] as const;
export type Name = (typeof counts)[number] | (typeof days)[number];
type Values = Record<(typeof counts)[number], number | null> & Record<(typeof days)[number], number>;

/** GET /contact-limits */
export interface ContactLimits extends Values {
  history: (Values & { set_at: string; staff: string | null })[];
}

const names = [...counts, ...days];

export const empty = Object.fromEntries(names.map((name) => [name, ''])) as Record<Name, string>;

export function mayBeEmpty(name: Name): boolean {
  return (counts as readonly string[]).includes(name);
}

export function fieldsOf(limits: Values): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, limits[name] === null ? '' : String(limits[name])])) as Record<Name, string>;
}

/** Whether what is typed is no such limit. */
export function wrongField(name: Name, typed: string): boolean {
  const text = typed.trim();
  if (text === '') return !mayBeEmpty(name);
  return !/^\d{1,3}$/.test(text) || (mayBeEmpty(name) ? Number(text) < 1 || Number(text) > 100 : Number(text) > 365);
}

export function limitsOf(fields: Record<Name, string>): Values {
  return Object.fromEntries(names.map((name) => [name, fields[name].trim() === '' ? null : Number(fields[name])])) as unknown as Values;
}

/** What was once set, in a line. */
export function limitWords(values: Values, labels: Record<Name, () => string>, format: Formatter): string {
  return names.map((name) => `${labels[name]()} ${values[name] === null ? m.limit_none() : format.number(values[name])}`).join(' · ');
}
