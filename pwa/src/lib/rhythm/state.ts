/**
 * A member's state on a day, exact, in whole numbers; the server works out the same (`backend/insight/rules.py`), and
 * `tests/contract/member_states.json` holds both to it. What depends on today is never stored.
 */

export type MemberState = 'none' | 'new' | 'active' | 'due' | 'late' | 'lapsed' | 'back';

export interface StateFacts {
  /** ISO day of the newest purchase; null: she never bought. */
  readonly lastOn: string | null;
  /** Days between the last two purchase days; null with fewer than two. */
  readonly gap: number | null;
  readonly purchaseDays: number;
  /** Twice the cycle in days, because a median of gaps may end in a half; null: unknown. */
  readonly twice: number | null;
}

/** From so many purchase days on a member's own gaps say how often she comes. */
const REGULAR_DAYS = 4;
/** A shorter silence is no absence, however often she came before. */
const LONG_SILENCE = 56;
const dayInMs = 86_400_000;

/** Whole days from one ISO day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayInMs);
}

/** The ISO day that lies so many days after another. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + Math.round(days) * dayInMs).toISOString().slice(0, 10);
}

/** Half of it, rounded half up. */
export function wholeDays(twice: number): number {
  return Math.floor((twice + 1) / 2);
}

/** Days since she last bought. A purchase dated tomorrow, by the clock of another time zone, was today. */
export function silenceOn(lastOn: string, today: string): number {
  return Math.max(0, daysBetween(lastOn, today));
}

/** The day on which she is expected next; null where no cycle is known. */
export function expectedOn({ lastOn, twice }: StateFacts): string | null {
  return lastOn === null || twice === null ? null : addDays(lastOn, wholeDays(twice));
}

/** Days past the expected one, negative while it lies ahead. */
export function daysLate({ lastOn, twice }: StateFacts, today: string): number | null {
  return lastOn === null || twice === null ? null : silenceOn(lastOn, today) - wholeDays(twice);
}

/** `late` from five thirds of the cycle on, `lapsed` from three; `back` after an absence as long as that. */
export function stateOf({ lastOn, gap, purchaseDays, twice }: StateFacts, today: string): MemberState {
  if (lastOn === null) return 'none';
  if (twice === null) return 'new';
  const silence = silenceOn(lastOn, today);
  if (isAbsence(silence, twice)) return 'lapsed';
  if (silence * 6 >= twice * 5) return 'late';
  if (silence * 2 >= twice) return 'due';
  if (gap !== null && isAbsence(gap, twice)) return 'back';
  return purchaseDays < REGULAR_DAYS ? 'new' : 'active';
}

function isAbsence(days: number, twice: number): boolean {
  return days * 2 >= twice * 3 && days >= LONG_SILENCE;
}
