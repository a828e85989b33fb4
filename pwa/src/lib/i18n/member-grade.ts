import type { Formatter } from './formatter';
import { m } from './paraglide/messages';

/** Money in minor units, days with a purchase, business units; null where nothing is asked. */
export interface Needs {
  spend: number | null;
  visits: number | null;
  units: number | null;
}

export interface GradeChange {
  id: string;
  kind: string;
  from_code: string | null;
  to_code: string;
  until: string | null;
  gift_points: number | null;
  reason: string | null;
  changed_at: string;
}

/** GET /customers/ID/grade */
export interface MemberGrade {
  code: string | null;
  since: string | null;
  grace_until: string | null;
  invited: boolean;
  invited_until: string | null;
  counted_since: string;
  currency: string;
  figures: { spend: number; visits: number; units: number };
  next: (Needs & { code: string }) | null;
  missing: Needs | null;
  reached: boolean;
  missing_to_keep: Needs | null;
  changes: GradeChange[];
}

type Numbers = Pick<Formatter, 'money' | 'number'>;

/** `320,000원 · 2번 더 방문`: what of the needs is left; empty when nothing is. */
export function missingWords(missing: Needs, currency: string, format: Numbers): string {
  const words = [
    missing.spend ? m.grade_missing_spend({ amount: format.money(missing.spend, currency) }) : null,
    missing.visits ? m.grade_missing_visits({ count: format.number(missing.visits) }) : null,
    missing.units ? m.grade_missing_units({ count: format.number(missing.units) }) : null,
  ];
  return words.filter((each) => each !== null).join(' · ');
}

/** What is asked for, in words; empty when nothing is. */
export function neededWords(needs: Needs, currency: string, format: Numbers): string {
  const words = [
    needs.spend === null ? null : m.grade_need_spend({ amount: format.money(needs.spend, currency) }),
    needs.visits === null ? null : m.grade_need_visits({ count: format.number(needs.visits) }),
    needs.units === null ? null : m.grade_need_units({ count: format.number(needs.units) }),
  ];
  return words.filter((each) => each !== null).join(' · ');
}

/** How far she is, 0 to 1: as far as with what she is furthest from. Never whole while something is missing. */
export function progressOf(needs: Needs, missing: Needs): number {
  const parts = (['spend', 'visits', 'units'] as const)
    .filter((name) => needs[name])
    .map((name) => 1 - (missing[name] ?? 0) / (needs[name] ?? 1));
  return parts.length === 0 ? 1 : Math.max(0, Math.min(...parts));
}

const kinds: Record<string, (names: { from: string; to: string }) => string> = {
  enter: ({ to }) => m.grade_kind_enter({ to }),
  raise: ({ from, to }) => m.grade_kind_raise({ from, to }),
  grace: ({ to }) => m.grade_kind_grace({ to }),
  keep: ({ to }) => m.grade_kind_keep({ to }),
  fall: ({ from, to }) => m.grade_kind_fall({ from, to }),
  invite: ({ to }) => m.grade_kind_invite({ to }),
};

/** What became of a grade, as a heading of one line. */
export function changeWords(kind: string, from: string, to: string): string {
  return (kinds[kind] ?? (() => m.grade_kind_other()))({ from, to });
}
